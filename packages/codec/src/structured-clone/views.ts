import { types } from 'node:util';

/** A view's kind on the wire is its index here: the order must never change. */
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
  'DataView',
  'Buffer',
  'Float16Array',
] as const;

const BUFFER_KIND = VIEW_NAMES.indexOf('Buffer');

interface ViewConstructor {
  readonly BYTES_PER_ELEMENT?: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): ArrayBufferView;
}

const typedArray: object = Object.getPrototypeOf(Uint8Array.prototype);
const readTag = getterOf(typedArray, Symbol.toStringTag);

const getters = {
  buffer: [getterOf(typedArray, 'buffer'), getterOf(DataView.prototype, 'buffer')],
  byteOffset: [getterOf(typedArray, 'byteOffset'), getterOf(DataView.prototype, 'byteOffset')],
  byteLength: [getterOf(typedArray, 'byteLength'), getterOf(DataView.prototype, 'byteLength')],
} as const;

/** A view's memory, from its internal slot: an own property named `buffer` says nothing. */
export function memoryOf(view: ArrayBufferView): ArrayBufferLike {
  return read(view, 'buffer') as ArrayBufferLike;
}

/** Where in its memory a view begins, in bytes, from its internal slot. */
export function offsetOf(view: ArrayBufferView): number {
  return read(view, 'byteOffset') as number;
}

/** The length of a view in bytes, from its internal slots. */
export function byteLengthOf(view: ArrayBufferView): number {
  return read(view, 'byteLength') as number;
}

function read(view: ArrayBufferView, name: keyof typeof getters): unknown {
  return getters[name][types.isTypedArray(view) ? 0 : 1].call(view);
}

function getterOf(prototype: object, key: string | symbol): () => unknown {
  return Object.getOwnPropertyDescriptor(prototype, key)?.get as () => unknown;
}

/** The kind of a view by its brand: whatever its realm and its prototype. */
export function viewKind(view: ArrayBufferView): { readonly name: string; readonly kind: number } {
  // %TypedArray%.prototype[@@toStringTag] reads the internal slot (ECMA-262, 23.2.3.38); a DataView has none.
  const brand = (readTag.call(view) as string | undefined) ?? 'DataView';
  const name = brand === 'Uint8Array' && Buffer.isBuffer(view) ? 'Buffer' : brand;
  return { name, kind: (VIEW_NAMES as readonly string[]).indexOf(name) };
}

/** Whether a view of this kind is a Node `Buffer`, whose memory is a part of a pool that must not travel whole. */
export function isBufferKind(kind: number): boolean {
  return kind === BUFFER_KIND;
}

/**
 * Makes a view of the given kind.
 *
 * @throws RangeError where the view does not fit into the memory, or this engine has no such view.
 */
export function makeView(
  kind: number,
  memory: ArrayBufferLike,
  byteOffset: number,
  byteLength: number,
): ArrayBufferView {
  if (kind === BUFFER_KIND) return Buffer.from(memory as ArrayBuffer, byteOffset, byteLength);
  const name = VIEW_NAMES[kind];
  const viewClass =
    name === undefined ? undefined : (globalThis as unknown as Record<string, ViewConstructor | undefined>)[name];
  if (viewClass === undefined) throw new RangeError(`This engine has no view of kind ${name ?? kind}.`);
  const elementBytes = viewClass.BYTES_PER_ELEMENT ?? 1;
  if (byteLength % elementBytes !== 0)
    throw new RangeError(`${byteLength} bytes are no whole number of elements of ${name}.`);
  return new viewClass(memory, byteOffset, byteLength / elementBytes);
}
