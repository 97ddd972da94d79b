import {
  SERIALIZE_ERROR_CODES as CODES,
  type CodecLimits,
  type Payload,
  type Reducer,
  SerializeError,
  type Trust,
} from '@mp/codec';
import type { TextReader } from '../graph/meta.js';
import { GraphReader } from '../graph/reader.js';
import type { ReaderShape } from '../graph/reader-shapes.js';
import { NO_TABLES, readTables, type Tables } from '../graph/tables.js';
import type { ReferencePort } from '../model/ports.js';
import { ByteReader, damaged } from '../wire/byte-reader.js';
import { FLAG, HEADER_BYTES, openHeader, verify } from '../wire/envelope.js';
import { type Place, purposeOf } from './encode.js';
import type { CodeEngine } from './engine.js';
import { findSharedMemory } from './shared-memory.js';
import { SIGNATURE_BYTES, verifySignature } from './signature.js';

/** What a decoder is given, all filled in. */
export interface DecodeSettings {
  readonly engine: CodeEngine;
  readonly reducers: ReadonlyMap<string, Reducer>;
  readonly trust: Trust;
  readonly limits: CodecLimits;
  /** Who is at the other end, for reducers. */
  readonly peer?: unknown;
}

/** How many keys, shapes and texts a message says are to be forgotten. */
export type Forgotten = readonly [keys: number, shapes: number, texts: number];

/** What a decoder remembers from one message of a session to the next. */
export class DecoderState {
  shapes: ReaderShape[] = [];
  keys: string[] = [];
  texts: string[] = [];

  /** Forgets the oldest keys, shapes and texts. */
  forget([keys, shapes, texts]: Forgotten): void {
    this.keys = this.keys.slice(keys);
    this.shapes = this.shapes.slice(shapes);
    this.texts = this.texts.slice(texts);
  }

  clear(): void {
    this.shapes = [];
    this.keys = [];
    this.texts = [];
  }
}

/** A payload whose checksum fits. */
export interface Opened {
  readonly payload: Payload;
  readonly flags: number;
  /** Where the values begin, and where they and the tables end. */
  readonly start: number;
  readonly end: number;
  readonly place: Place | undefined;
  readonly forgotten?: Forgotten | undefined;
  /** Whether its signature was verified when it took its place. */
  readonly authentic?: boolean;
}

/** The payload with a plain `Uint8Array` as its body: a Node Buffer slices its memory where others copy it. */
export function withPlainBody(payload: Payload): Payload {
  const { body } = payload;
  if (!(body instanceof Uint8Array) || Object.getPrototypeOf(body) === Uint8Array.prototype) return payload;
  return { ...payload, body: new Uint8Array(body.buffer, body.byteOffset, body.byteLength) };
}

/** Opens a one-shot payload. */
export function openPayload(given: Payload, limits: CodecLimits): Opened {
  const payload = withPlainBody(given);
  const { flags } = openHeader(payload.body);
  if (flags & FLAG.session) {
    throw new SerializeError(CODES.foreign, 'A message of a session was given to a one-shot decoder.');
  }
  checkSize(payload.body, limits);
  verify(payload.body, 0);
  return { payload, flags, start: HEADER_BYTES, end: endOf(payload.body, flags), place: undefined };
}

/** @throws SerializeError for a body beyond the limit. */
export function checkSize({ length }: Uint8Array, { maxBodyBytes }: CodecLimits): void {
  if (length > maxBodyBytes) {
    throw new SerializeError(
      CODES.limit,
      `The payload has ${length} bytes, and at most ${maxBodyBytes} are accepted.\nIf it is to be trusted, raise \`limits.maxBodyBytes\`.`,
    );
  }
}

/** Where the signature begins, or the body ends. */
export function endOf({ length }: Uint8Array, flags: number): number {
  const end = length - (flags & FLAG.signed ? SIGNATURE_BYTES : 0);
  if (end < HEADER_BYTES) throw damaged(length, 'a payload without room for its parts');
  return end;
}

/** Whether an opened payload may run code. @throws SerializeError where its signature is wrong. */
function mayRunCode(opened: Opened, trust: Trust): boolean {
  if (trust === 'trusted' || opened.authentic === true) return true;
  if (trust === 'untrusted' || (opened.flags & FLAG.signed) === 0) return false;
  authenticate(opened, trust.key);
  return true;
}

/** @throws SerializeError unless an opened payload is signed with the key for its place. */
export function authenticate({ payload, flags, end, place }: Omit<Opened, 'start'>, key: Uint8Array): void {
  const { body, buffers } = payload;
  if ((flags & FLAG.signed) === 0) {
    throw new SerializeError(
      CODES.signature,
      'A message without a signature came over a channel that signs its messages.',
    );
  }
  verifySignature(body.subarray(end + 2), body.subarray(HEADER_BYTES, end + 2), buffers, key, purposeOf(place, flags));
}

/** Reads the value of an opened payload. */
export function readValue(opened: Opened, settings: DecodeSettings, state: DecoderState, scanning = false): unknown {
  const { payload, flags } = opened;
  const trusted = !scanning && mayRunCode(opened, settings.trust);
  const { end, tables } = tablesOf(opened, settings, state);
  const { engine, limits, reducers } = settings;
  const functionsHere = trusted && tables.functions.length + tables.privates.length > 0;
  try {
    return new GraphReader({
      source: new ByteReader(payload.body, opened.start, end),
      counting: (flags & FLAG.refersBack) !== 0,
      trusted,
      tables,
      limits,
      shapes: state.shapes,
      keys: state.keys,
      reducers,
      revivalContext: () => ({
        kind: opened.place === undefined ? 'one-shot' : 'session',
        peer: settings.peer,
        attachment: (index) => attachmentAt(payload, index),
      }),
      references: engine.references,
      revival: functionsHere ? engine.revive?.begin() : undefined,
      scanning,
    }).read();
  } catch (error) {
    throw typed(error);
  }
}

/** The references that a trusted payload names, so that they can be loaded before it is read. */
export function tablesOf(
  { payload, flags, start, end }: Opened,
  { limits }: DecodeSettings,
  state: DecoderState,
): { readonly end: number; readonly tables: Tables } {
  const { body, buffers, attachments } = payload;
  if ((flags & FLAG.tables) === 0) {
    if (buffers.length > 0) throw damaged(end, 'buffers that the body does not mention');
    return { end, tables: NO_TABLES };
  }
  if (end - start < 5 || body[end - 5] !== 0xce) throw damaged(end, 'no place of the tables');
  const offset = new ByteReader(body, end - 4, end).view.getUint32(end - 4);
  if (offset < start || offset > end - 5) throw damaged(end, 'tables out of place');
  const source = new ByteReader(body, offset, end - 5);
  const texts: TextReader = { add: (text) => state.texts.push(text), at: (index) => state.texts[index] };
  try {
    const tables = readTables(source, {
      buffers,
      attachments,
      texts,
      shared: findSharedMemory,
      maxBytes: limits.maxBodyBytes,
    });
    if (source.position !== source.end) throw damaged(source.position, 'more than the tables');
    if (tables.buffers !== buffers.length) throw damaged(end, 'a different number of buffers than the body mentions');
    return { end: offset, tables };
  } catch (error) {
    throw typed(error);
  }
}

function attachmentAt({ attachments }: Payload, index: number): unknown {
  if (!Number.isInteger(index) || index < 0 || index >= attachments.length) {
    throw new SerializeError(
      CODES.damaged,
      `The payload has no attachment ${String(index)}; it has ${attachments.length}.`,
    );
  }
  return attachments[index];
}

/** Errors of the engine's that only bytes which were made to harm can cause, as typed errors. */
function typed(error: unknown): unknown {
  if (error instanceof RangeError) {
    if (/call stack/.test(error.message)) {
      return new SerializeError(CODES.limit, 'The payload nests too deeply for the stack that is left here.', {
        cause: error,
      });
    }
    return new SerializeError(CODES.damaged, `The payload is damaged: ${error.message}.`, { cause: error });
  }
  return error;
}

/** Decodes a one-shot payload. */
export function decodePayload(payload: Payload, settings: DecodeSettings): unknown {
  return readValue(openPayload(payload, settings.limits), settings, new DecoderState());
}

/**
 * What must be awaited before a payload is decoded: modules that it names. Nothing, unless the payload is trusted:
 * loading a module runs it.
 */
export function prepareReferences(payload: Payload, settings: DecodeSettings): Promise<void> | undefined {
  const { references } = settings.engine;
  if (references === undefined || settings.trust === 'untrusted') return undefined;
  if ((openHeader(payload.body).flags & FLAG.code) === 0) return undefined;
  const opened = openPayload(payload, settings.limits);
  return prepareOpened(opened, settings, references);
}

/** The same for a payload that is open already. */
export function prepareOpened(
  opened: Opened,
  settings: DecodeSettings,
  references: ReferencePort,
  texts: string[] = [],
): Promise<void> | undefined {
  if (!mayRunCode(opened, settings.trust)) return undefined;
  const state = new DecoderState();
  // A copy of what the session knows: preparing changes nothing in it.
  state.texts = texts.slice(opened.forgotten?.[2] ?? 0);
  const { names } = tablesOf(opened, settings, state).tables;
  const waits: Promise<void>[] = [];
  for (const meta of names) {
    const wait = references.prepare({ meta });
    if (wait !== undefined) waits.push(wait);
  }
  return waits.length === 0 ? undefined : Promise.all(waits).then(() => undefined);
}
