import type { HeapView } from './object-table.js';

// The second word of a hidden class (V8: `src/objects/map.h`): four bytes about the size, the instance type in two bytes, and two
// bytes of flags, of which the last has the kind of the elements in its upper six bits.

/** Of which kind an object is, as V8 numbers them; `undefined` where the pointer leads to no object. */
export function instanceTypeOf(view: HeapView, pointer: number): number | undefined {
  const flags = flagsOf(view, pointer);
  return flags === undefined ? undefined : flags & 0xffff;
}

/** How an object's elements are kept. */
export function elementsKindOf(view: HeapView, pointer: number): number | undefined {
  const flags = flagsOf(view, pointer);
  return flags === undefined ? undefined : flags >>> 26;
}

function flagsOf(view: HeapView, pointer: number): number | undefined {
  const hiddenClass = view.words(pointer, 1).pointer(0);
  if (hiddenClass === undefined) return undefined;
  let flags = view.flags.get(hiddenClass);
  if (flags === undefined) {
    flags = view.words(hiddenClass, 2).high(1);
    view.flags.set(hiddenClass, flags);
  }
  return flags;
}
