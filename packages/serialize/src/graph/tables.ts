import { byteLengthOfMemory, isSharedMemory } from '../model/memory.js';
import { uncleared } from '../model/platform.js';
import type { Meta } from '../model/ports.js';
import { type ByteReader, damaged } from '../wire/byte-reader.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { MEMORY, type MemoryOptions } from './memory-table.js';
import { readMeta, type TextReader, type TextWriter, writeMeta } from './meta.js';
import type { GraphWriter } from './writer.js';

/** What stands behind the values: everything that the reader must know before it reads them. */
export interface Tables {
  readonly names: readonly Meta[];
  readonly functions: readonly Meta[];
  readonly privates: readonly Meta[];
  readonly memories: readonly Memory[];
  /** How many out-of-band buffers the payload has. */
  readonly buffers: number;
}

/** The pieces of one buffer. */
export interface Memory {
  readonly pieces: readonly MemoryPiece[];
}

/** Bytes from `start` on, as they were in the original buffer. */
export interface MemoryPiece {
  readonly start: number;
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  readonly length: number;
}

export const NO_TABLES: Tables = { names: [], functions: [], privates: [], memories: [], buffers: 0 };

/** Whether a payload needs tables. */
export function needsTables({ names, functions, memories, privates }: GraphWriter): boolean {
  return names.size > 0 || functions.size > 0 || memories.size > 0 || privates.length > 0;
}

/** Writes the tables, and behind them where they begin. */
export function writeTables(
  writer: GraphWriter,
  options: MemoryOptions,
  beside: Uint8Array[],
  texts: TextWriter,
): void {
  const { out } = writer;
  const start = out.position;
  writeMetas(
    out,
    writer.names.references.map(({ meta }) => meta),
    texts,
  );
  writeMetas(out, writer.functions.metas, texts);
  writeMetas(out, writer.privates, texts);
  writer.memories.write(out, options, beside);
  out.uint(beside.length);
  out.ensureSlack();
  out.bytes[out.position] = 0xce;
  out.view.setUint32(out.position + 1, start);
  out.position += 5;
}

function writeMetas(out: ByteWriter, metas: readonly Meta[], texts: TextWriter): void {
  out.uint(metas.length);
  for (const meta of metas) writeMeta(out, meta, texts);
}

/** What tables may refer to. */
export interface TableSources {
  readonly buffers: readonly Uint8Array[];
  readonly attachments: readonly unknown[];
  readonly texts: TextReader;
  /** Finds a shared buffer of this process. */
  shared(key: string): SharedArrayBuffer;
  /** How many bytes may be reserved for a resizable buffer. */
  readonly maxBytes: number;
}

/** Reads the tables; `source` stands at their beginning. */
export function readTables(source: ByteReader, sources: TableSources): Tables {
  const names = readMetas(source, sources.texts);
  const functions = readMetas(source, sources.texts);
  const privates = readMetas(source, sources.texts);
  const memories: Memory[] = [];
  for (let left = source.count(1); left > 0; left--) memories.push(readMemory(source, sources));
  return { names, functions, privates, memories, buffers: source.uint() };
}

function readMetas(source: ByteReader, texts: TextReader): Meta[] {
  const metas: Meta[] = [];
  for (let left = source.count(1); left > 0; left--) metas.push(readMeta(source, texts));
  return metas;
}

function readMemory(source: ByteReader, sources: TableSources): Memory {
  let how = source.uint();
  if (how === MEMORY.attached) {
    const buffer = sources.attachments[source.uint()];
    if (!isSharedMemory(buffer)) {
      throw damaged(source.position, 'a shared buffer without its attachment');
    }
    return whole(buffer);
  }
  if (how === MEMORY.sameProcess) {
    const head = source.byte();
    if ((head & 0xe0) !== 0xa0 && head !== 0xd9) throw damaged(source.position, 'a shared buffer without its key');
    return whole(sources.shared(source.text(head === 0xd9 ? source.byte() : head & 31)));
  }
  let limit: number | undefined;
  if (how === MEMORY.resizable) {
    limit = source.uint();
    how = source.uint();
  }
  if (how !== MEMORY.inBand) throw damaged(source.position, 'memory of an unknown kind');
  const pieces: MemoryPiece[] = [];
  for (let left = source.count(3); left > 0; left--) pieces.push(readPiece(source, sources, limit));
  if (pieces.length === 0) throw damaged(source.position, 'memory without bytes');
  return { pieces };
}

function whole(buffer: SharedArrayBuffer): Memory {
  return { pieces: [{ start: 0, buffer, length: byteLengthOfMemory(buffer) }] };
}

function readPiece(source: ByteReader, { buffers, maxBytes }: TableSources, limit: number | undefined): MemoryPiece {
  const start = source.uint();
  const how = source.uint();
  const bytes = how === MEMORY.inBand ? source.binary() : takeBuffer(source, buffers);
  // A buffer that arrived alone becomes the value's memory; a part of a larger one is copied out of it.
  if (how === MEMORY.outOfBand && limit === undefined && bytes.length === bytes.buffer.byteLength) {
    return { start, buffer: bytes.buffer as ArrayBuffer, length: bytes.length };
  }
  if (limit !== undefined && (limit < bytes.length || limit > maxBytes)) {
    throw damaged(source.position, 'a buffer whose limit is out of bounds');
  }
  const memory =
    limit === undefined
      ? uncleared(bytes.length)
      : new Uint8Array(
          new (ArrayBuffer as unknown as new (n: number, o: object) => ArrayBuffer)(bytes.length, {
            maxByteLength: limit,
          }),
        );
  memory.set(bytes);
  return { start, buffer: memory.buffer, length: bytes.length };
}

/** An out-of-band buffer; its length stands in the body, so that a wrong one is noticed. */
function takeBuffer(source: ByteReader, buffers: readonly Uint8Array[]): Uint8Array {
  const bytes = buffers[source.uint()];
  if (bytes === undefined) throw damaged(source.position, 'a reference to a buffer that did not arrive');
  if (bytes.length !== source.uint()) throw damaged(source.position, 'a buffer of a wrong length');
  return bytes;
}
