const TypedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as object;
const bufferOfTyped = Object.getOwnPropertyDescriptor(TypedArrayPrototype, 'buffer')!.get!;
const bufferOfDataView = Object.getOwnPropertyDescriptor(DataView.prototype, 'buffer')!.get!;
const tagOf = Object.getOwnPropertyDescriptor(TypedArrayPrototype, Symbol.toStringTag)!.get!;

/** The memory behind a view. Runs no code of the user's, whatever the view has as its own properties. */
export function memoryOf(view: ArrayBufferView): ArrayBuffer | SharedArrayBuffer {
  // A DataView has no tag there.
  return tagOf.call(view) === undefined ? bufferOfDataView.call(view) : bufferOfTyped.call(view);
}
