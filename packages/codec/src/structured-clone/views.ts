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

/** The kind of a view, whatever its realm, or -1 for a subclass of the user's. */
export function viewKind(view: ArrayBufferView): number {
  if (Buffer.isBuffer(view)) return Object.getPrototypeOf(view) === Buffer.prototype ? BUFFER_KIND : -1;
  const name = view instanceof DataView || !isTypedArray(view) ? 'DataView' : view[Symbol.toStringTag];
  const kind = (VIEW_NAMES as readonly string[]).indexOf(name);
  const prototype: { constructor?: { name?: unknown } } | null = Object.getPrototypeOf(view);
  return prototype?.constructor?.name === name ? kind : -1;
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

function isTypedArray(view: ArrayBufferView): view is Uint8Array {
  return (
    Symbol.toStringTag in view &&
    typeof view[Symbol.toStringTag] === 'string' &&
    view[Symbol.toStringTag] !== 'DataView'
  );
}
