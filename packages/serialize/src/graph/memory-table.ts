import { byteLengthOfMemory, isSharedMemory, limitOfMemory, type Memory } from '../model/memory.js';
import type { ByteWriter } from '../wire/byte-writer.js';

interface Range {
  start: number;
  end: number;
}

interface Entry {
  readonly buffer: Memory;
  /** Which bytes are needed. Of a pool of Node's, only those that a view shows may travel. */
  readonly ranges: Range[];
  whole: boolean;
}

/** How the bytes of one range are found. */
export const MEMORY = { inBand: 0, outOfBand: 1, attached: 2, resizable: 3, sameProcess: 4 } as const;

/** What a payload needs to place memory. */
export interface MemoryOptions {
  /** From this size on bytes go beside the body. */
  readonly outOfBandBytes: number;
  /** Puts a shared buffer beside the payload; `undefined` where the channel cannot carry it. */
  readonly attach: ((buffer: SharedArrayBuffer) => number) | undefined;
  /** Makes a shared buffer known in this process. @returns The key by which it is found. */
  share(buffer: SharedArrayBuffer): string;
}

/**
 * The memory behind the views of one payload.
 *
 * It is written after the values, when all views of a buffer are known: views that share memory still share
 * it on the other side, and nothing travels that no view shows.
 */
export class MemoryTable {
  readonly #indices = new Map<Memory, number>();
  readonly #entries: Entry[] = [];

  get size(): number {
    return this.#entries.length;
  }

  /** Notes that bytes of a buffer are needed. @returns The buffer's number. */
  need(buffer: Memory, start: number, end: number, whole: boolean): number {
    let index = this.#indices.get(buffer);
    if (index === undefined) {
      index = this.#entries.push({ buffer, ranges: [], whole: false }) - 1;
      this.#indices.set(buffer, index);
    }
    const entry = this.#entries[index]!;
    if (whole) entry.whole = true;
    else entry.ranges.push({ start, end });
    return index;
  }

  /** Writes all memory; large ranges go to `beside` instead. */
  write(out: ByteWriter, options: MemoryOptions, beside: Uint8Array[]): void {
    out.uint(this.#entries.length);
    for (const entry of this.#entries) writeEntry(entry, out, options, beside);
  }
}

function writeEntry({ buffer, ranges, whole }: Entry, out: ByteWriter, options: MemoryOptions, beside: Uint8Array[]) {
  if (isSharedMemory(buffer)) {
    if (options.attach !== undefined) {
      out.uint(MEMORY.attached);
      out.uint(options.attach(buffer));
    } else {
      out.uint(MEMORY.sameProcess);
      out.string(options.share(buffer));
    }
    return;
  }
  const limit = limitOfMemory(buffer);
  if (limit !== undefined) {
    out.uint(MEMORY.resizable);
    out.uint(limit);
  }
  const needed =
    whole || ranges.length === 0 || limit !== undefined
      ? [{ start: 0, end: byteLengthOfMemory(buffer) }]
      : merge(ranges);
  out.uint(MEMORY.inBand);
  out.uint(needed.length);
  for (const { start, end } of needed) {
    out.uint(start);
    writeBytes(
      new Uint8Array(buffer, start, end - start),
      out,
      limit === undefined ? options.outOfBandBytes : Number.POSITIVE_INFINITY,
      beside,
    );
  }
}

function writeBytes(bytes: Uint8Array, out: ByteWriter, outOfBandBytes: number, beside: Uint8Array[]): void {
  if (bytes.length >= outOfBandBytes) {
    out.uint(MEMORY.outOfBand);
    out.uint(beside.push(bytes) - 1);
    out.uint(bytes.length);
  } else {
    out.uint(MEMORY.inBand);
    out.binary(bytes);
  }
}

/** Joins ranges that touch or overlap. */
function merge(ranges: readonly Range[]): Range[] {
  const merged: Range[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    // Views that only touch do not share a byte, yet one range costs less than two.
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}
