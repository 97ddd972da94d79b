/**
 * What the host offers beyond the language, found at load and without a static import, so that the package also
 * loads in a browser. Where something is missing there is a slower way or a refusal; each entry says which.
 */

interface ByteStrings {
  utf8Write(this: Uint8Array, text: string, offset: number, length: number): number;
  latin1Write(this: Uint8Array, text: string, offset: number, length: number): number;
  ucs2Write(this: Uint8Array, text: string, offset: number, length: number): number;
  utf8Slice(this: Uint8Array, start: number, end: number): string;
  latin1Slice(this: Uint8Array, start: number, end: number): string;
  ucs2Slice(this: Uint8Array, start: number, end: number): string;
}

type Builtin = <T>(name: string) => T | undefined;

const host: { getBuiltinModule?(name: string): unknown; features?: unknown } | undefined = (
  globalThis as { process?: typeof host }
).process;

const builtin: Builtin = <T>(name: string) => host?.getBuiltinModule?.(name) as T | undefined;

const buffer: typeof import('node:buffer') | undefined = builtin('node:buffer');
const util: typeof import('node:util') | undefined = builtin('node:util');

/** Node's own conversions between bytes and strings: methods of `Buffer.prototype`, which work on any `Uint8Array`. */
export const byteStrings: ByteStrings | undefined = buffer?.Buffer.prototype as unknown as ByteStrings | undefined;

/** Whether all bytes are below 128. `undefined` in a browser. */
export const isAscii: ((bytes: Uint8Array) => boolean) | undefined = buffer?.isAscii as never;

/** `Buffer`, where there is one. */
export const NodeBuffer: typeof Buffer | undefined = buffer?.Buffer;

/** Memory that is written over before anybody reads it: clearing 1 MB costs more than filling it. */
export function uncleared(bytes: number): Uint8Array<ArrayBuffer> {
  const length = Math.ceil(bytes);
  if (NodeBuffer === undefined) return new Uint8Array(length);
  return new Uint8Array(NodeBuffer.allocUnsafeSlow(length).buffer as ArrayBuffer);
}

/** Brand checks that hold across realms and call no user code. Without them objects are told by prototype. */
export const types: typeof import('node:util').types | undefined = util?.types;

/** `util.inspect`, used to see an array's named properties without listing its indices. */
export const inspect: typeof import('node:util').inspect | undefined = util?.inspect;

/** `zlib.crc32`: 6 GB/s. Present from Node 20.15 and 22.2. Loaded when there is much to check: it is slow to load. */
export function nativeCrc32(): ((data: Uint8Array, seed: number) => number) | undefined {
  return builtin<{ crc32?: (data: Uint8Array, seed?: number) => number }>('node:zlib')?.crc32;
}

/** `node:crypto`, loaded when the first payload is signed: it is slow to load. */
export function crypto(): typeof import('node:crypto') | undefined {
  return builtin('node:crypto');
}

/** `node:fs/promises`, loaded when the first file is read or written. */
export function fileSystemPromises(): typeof import('node:fs/promises') | undefined {
  return builtin('node:fs/promises');
}

/** `node:fs`, asked for when an object names one of its classes. */
export function fileSystem(): typeof import('node:fs') | undefined {
  return builtin('node:fs');
}

/** `node:net`, asked for when an object names one of its classes. */
export function network(): typeof import('node:net') | undefined {
  return builtin('node:net');
}

/** A module of the host's, by name. */
export function builtinModule<T>(name: string): T | undefined {
  return builtin<T>(name);
}

/**
 * Keeps memory from being transferred to another thread: Node copies it instead, or refuses. Loads `node:worker_threads`,
 * which takes a while.
 */
export function lockMemory(memory: ArrayBuffer): void {
  const threads: typeof import('node:worker_threads') | undefined = builtin('node:worker_threads');
  threads?.markAsUntransferable(memory);
}

/** Sets flags of the engine; `undefined` where there are none. `node:v8` is slow to load, so only when it is needed. */
export function engineFlags(): ((flags: string) => void) | undefined {
  if ((globalThis as { Bun?: unknown }).Bun !== undefined) return undefined;
  const v8: typeof import('node:v8') | undefined = builtin('node:v8');
  return v8?.setFlagsFromString;
}

/** `node:async_hooks`, loaded when something of it is met. */
export function asyncHooks(): typeof import('node:async_hooks') | undefined {
  return builtin('node:async_hooks');
}

/** An event emitter of the host, and the list in which it keeps the listeners of an event; nothing where there are none. */
export function emitterParts(): readonly object[] {
  const events: typeof import('node:events') | undefined = builtin('node:events');
  if (events === undefined) return [];
  const emitter = new events.EventEmitter();
  emitter.on('x', () => {}).on('x', () => {});
  const lists: unknown = Object.getOwnPropertyDescriptor(emitter, '_events')?.value;
  const list = (lists as { readonly x?: unknown } | undefined)?.x;
  return typeof list === 'object' && list !== null ? [emitter, list] : [emitter];
}

/** Whether this machine stores the low byte first, as the vectors of the format do. */
export const LITTLE_ENDIAN: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
