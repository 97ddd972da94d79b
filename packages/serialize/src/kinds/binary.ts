import type { Kind } from '../model/kind.js';
import { byteLengthOfMemory, isSharedMemory, limitOfMemory, type Memory } from '../model/memory.js';
import { NodeBuffer, types } from '../model/platform.js';
import { printWithoutElements } from '../model/print.js';
import { getterOf } from './collections.js';

interface Constructor {
  new (buffer: Memory, offset: number, length?: number): ArrayBufferView;
  readonly BYTES_PER_ELEMENT?: number;
  readonly prototype: ArrayBufferView;
}

const TypedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as object;
const bufferOf = getterOf<ArrayBufferView, Memory>(TypedArrayPrototype, 'buffer');
const offsetOf = getterOf<ArrayBufferView, number>(TypedArrayPrototype, 'byteOffset');
const lengthOf = getterOf<ArrayBufferView, number>(TypedArrayPrototype, 'length');
const byteLengthOf = getterOf<ArrayBufferView, number>(TypedArrayPrototype, 'byteLength');
const tagOf = getterOf<object, string | undefined>(TypedArrayPrototype, Symbol.toStringTag);
const viewBufferOf = getterOf<DataView, Memory>(DataView.prototype, 'buffer');
const viewOffsetOf = getterOf<DataView, number>(DataView.prototype, 'byteOffset');
const viewLengthOf = getterOf<DataView, number>(DataView.prototype, 'byteLength');

const resizeMemory = (ArrayBuffer.prototype as { resize?: (length: number) => void }).resize;
const isDetached = getterOf<ArrayBuffer, boolean>(ArrayBuffer.prototype, 'detached');

/** Does nothing to a view, and throws where that is out of bounds (ECMA-262, 23.2.4.4 `ValidateTypedArray`). */
const keysOf = Uint8Array.prototype.keys;

/** Whether a view does not fit into its buffer, which was made shorter: it then shows neither its place nor its length. */
function isOutOfBounds(view: ArrayBufferView, isDataView: boolean): boolean {
  try {
    if (isDataView) viewLengthOf(view as DataView);
    else if (lengthOf(view) === 0) Reflect.apply(keysOf, view, []);
    return false;
  } catch {
    return true;
  }
}

/** Whether the buffer's memory was given away. `detached` exists from V8 11.4 on; before, a view tells. */
function detached(buffer: Memory): boolean {
  if (!isArrayBuffer(buffer)) return false;
  if (isDetached(buffer) === true) return true;
  if (byteLengthOfMemory(buffer) > 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

const isArrayBuffer = (value: unknown): value is ArrayBuffer =>
  types?.isArrayBuffer(value) ?? value instanceof ArrayBuffer;

function memoryKind(code: number, name: string, prototype: object | undefined, test: Kind['test']): Kind<ArrayBuffer> {
  return {
    code,
    name,
    prototype,
    test,
    structuralKeys: 0,
    write(buffer, sink) {
      if (detached(buffer))
        throw sink.refuse(buffer, 'its memory was transferred away', 'Send it before transferring it.');
      sink.memory(buffer, 0, byteLengthOfMemory(buffer), true);
    },
    read: (source) => source.define(source.memory().buffer as ArrayBuffer),
  };
}

export const arrayBufferKind: Kind<ArrayBuffer> = memoryKind(10, 'ArrayBuffer', ArrayBuffer.prototype, isArrayBuffer);

export const sharedArrayBufferKind: Kind<ArrayBuffer> = memoryKind(
  11,
  'SharedArrayBuffer',
  typeof SharedArrayBuffer === 'undefined' ? undefined : SharedArrayBuffer.prototype,
  isSharedMemory,
);

// The position in this list is the class's code on the wire.
const VIEW_NAMES = [
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'Float16Array',
  'DataView',
] as const;

const classes: readonly (Constructor | undefined)[] = VIEW_NAMES.map(
  (name) => (globalThis as unknown as Record<string, Constructor | undefined>)[name],
);

const DATA_VIEW = VIEW_NAMES.indexOf('DataView');

/** How the end of a view is written: as a length, or as the end of a buffer that may be resized. */
const TRACKS_LENGTH = 0;

function writeView(view: ArrayBufferView, code: number, sink: Parameters<Kind['write']>[1]): void {
  const dataView = code === DATA_VIEW ? (view as DataView) : undefined;
  const buffer = dataView === undefined ? bufferOf(view) : viewBufferOf(dataView);
  if (detached(buffer)) throw sink.refuse(view, 'its memory was transferred away', 'Send it before transferring it.');
  if (limitOfMemory(buffer) !== undefined && isOutOfBounds(view, dataView !== undefined)) {
    throw sink.refuse(
      view,
      'it is out of bounds: its buffer was made shorter, and it shows its place and its length no longer',
      'Send it while its buffer is long enough, or send the buffer alone.',
    );
  }
  const offset = dataView === undefined ? offsetOf(view) : viewOffsetOf(dataView);
  const bytes = dataView === undefined ? byteLengthOf(view) : viewLengthOf(dataView);
  const isPooled = NodeBuffer?.isBuffer(view) === true && bytes !== byteLengthOfMemory(buffer);
  sink.uint(code);
  sink.memory(buffer, offset, offset + bytes, !isPooled);
  sink.uint(offset);
  sink.uint(tracksLength(view, buffer, offset, bytes, code) ? TRACKS_LENGTH : 1 + countOf(view, bytes, code));
}

function countOf(view: ArrayBufferView, bytes: number, code: number): number {
  return code === DATA_VIEW ? bytes : lengthOf(view);
}

/**
 * Whether a view follows the length of its resizable buffer. The language does not say, so the view of one that was
 * made without a length is recognised by what it would be: it ends where the buffer ends, and a growing buffer shows it, or a
 * shrinking one.
 */
function tracksLength(view: ArrayBufferView, buffer: Memory, offset: number, bytes: number, code: number): boolean {
  const maxByteLength = limitOfMemory(buffer);
  if (maxByteLength === undefined) return false;
  const byteLength = byteLengthOfMemory(buffer);
  const size = code === DATA_VIEW ? 1 : (classes[code]?.BYTES_PER_ELEMENT ?? 1);
  const rest = byteLength - offset;
  if (bytes !== rest - (rest % size) || NodeBuffer?.isBuffer(view) === true) return false;
  if (isSharedMemory(buffer)) return true;
  // Growing by one element tells the two apart, or shrinking by one; both are undone at once.
  const resize = (length: number) => Reflect.apply(resizeMemory!, buffer, [length]);
  const beyond = rest % size;
  const longer = byteLength - beyond + size;
  if (longer <= maxByteLength) {
    resize(longer);
    const follows = (code === DATA_VIEW ? viewLengthOf(view as DataView) : byteLengthOf(view)) > bytes;
    resize(byteLength);
    return follows;
  }
  // Of a view that is and stays empty nothing can be seen.
  if (bytes === 0) return true;
  return shortened(buffer as ArrayBuffer, beyond + 1, () => !isOutOfBounds(view, code === DATA_VIEW));
}

/** Does something while a buffer is some bytes shorter. */
function shortened<T>(buffer: ArrayBuffer, bytes: number, act: () => T): T {
  const { byteLength } = buffer;
  const shorter = byteLength - bytes;
  const lost = new Uint8Array(buffer.slice(shorter));
  Reflect.apply(resizeMemory!, buffer, [shorter]);
  try {
    return act();
  } finally {
    Reflect.apply(resizeMemory!, buffer, [byteLength]);
    new Uint8Array(buffer).set(lost, shorter);
  }
}

function readView(source: Parameters<Kind['read']>[0], cls?: Constructor): ArrayBufferView {
  const code = source.uint();
  const View = cls ?? classes[code];
  if (View === undefined)
    throw source.damaged(`an unknown or here unsupported class of views, ${VIEW_NAMES[code] ?? code}`);
  const { buffer, shift } = source.memory();
  const offset = source.uint() - shift;
  const length = source.uint();
  const size = View.BYTES_PER_ELEMENT ?? 1;
  const end = offset + (length === TRACKS_LENGTH ? 0 : length - 1) * size;
  if (offset < 0 || end > buffer.byteLength || offset % size !== 0) throw source.damaged('a view beyond its buffer');
  if (length === TRACKS_LENGTH) {
    const beyond = (buffer.byteLength - offset) % size;
    // V8 up to 12 makes no such view of a buffer that has part of an element too many.
    if (beyond === 0 || limitOfMemory(buffer) === undefined || !isArrayBuffer(buffer))
      return source.define(new View(buffer, offset));
    return source.define(shortened(buffer, beyond, () => new View(buffer, offset)));
  }
  return source.define(new View(buffer, offset, length - 1));
}

/** Up to here listing all keys costs less than printing. */
const LISTED_LENGTH = 16;

/** What is printed of a view that has elements and nothing else. */
const ELEMENTS_ONLY = /^[\w$]+\(\d+\)(?: \[\w+\])? \[ \.\.\. \d+ more items? \]$/;

/**
 * The user's own keys on a typed array. The language lists them only together with all indices, which for ten
 * megabytes takes a second; `inspect` asks V8 for named properties alone.
 */
function keysBesideElements(view: ArrayBufferView): readonly (string | symbol)[] {
  const symbols = Object.getOwnPropertySymbols(view);
  if (symbols.length === 0 && lengthOf(view) > LISTED_LENGTH) {
    const printed = printWithoutElements(view, false);
    if (printed !== undefined && ELEMENTS_ONLY.test(printed)) return [];
  }
  return Reflect.ownKeys(view).slice(lengthOf(view));
}

export const viewKinds: readonly Kind<ArrayBufferView>[] = VIEW_NAMES.flatMap((name, code) => {
  const cls = classes[code];
  if (cls === undefined) return [];
  const test: Kind['test'] =
    name === 'DataView'
      ? (types?.isDataView ?? ((value) => value instanceof DataView))
      : (value) => tagOf(value) === name && !isNodeBuffer(value);
  const kind: Kind<ArrayBufferView> = {
    code: 12,
    name,
    prototype: cls.prototype,
    test,
    structuralKeys: name === 'DataView' ? 0 : -1,
    write: (view, sink) => writeView(view, code, sink),
    read: (source) => readView(source),
  };
  return [name === 'DataView' ? kind : { ...kind, ownKeys: keysBesideElements }];
});

function isNodeBuffer(value: object): boolean {
  return NodeBuffer !== undefined && Object.getPrototypeOf(value) === NodeBuffer.prototype;
}

export const nodeBufferKind: Kind<ArrayBufferView> = {
  code: 13,
  name: 'Buffer',
  prototype: NodeBuffer?.prototype,
  test: (value) => isNodeBuffer(value) && tagOf(value) === 'Uint8Array',
  structuralKeys: -1,
  ownKeys: keysBesideElements,
  write: (view, sink) => writeView(view, 1, sink),
  read: (source) => readView(source, bufferClass()),
};

/** `Buffer` as a class of views: it is made by a function, not by `new`. */
function bufferClass(): Constructor | undefined {
  const factory = NodeBuffer;
  if (factory === undefined) return undefined;
  return function (this: unknown, buffer: ArrayBuffer, offset: number, length?: number) {
    return factory.from(buffer, offset, length);
  } as unknown as Constructor;
}
