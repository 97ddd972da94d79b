import type { ArrayIteratorState } from '../model/ports.js';
import { elementsKindOf, instanceTypeOf } from './hidden-class-words.js';
import { ITERATOR_WORDS, type IteratorLayout, iteratorLayout } from './iterator-layout.js';
import { type HeapView, ObjectTable } from './object-table.js';
import { stringAt } from './strings.js';

const KINDS = ['keys', 'values', 'entries'] as const;

/** An index that no array reaches: V8 gives it to a finished iterator (ECMA-262, 7.1.22 `LengthOfArrayLike`; 10.4.2, arrays). */
const MAX_LENGTH = { array: 2 ** 32 - 1, other: Number.MAX_SAFE_INTEGER } as const;

/** How many are looked at between two garbage collections with hardly any doubt. */
const MANY = 512;

/** Where an iterator of an array, or of anything like one, stands; `undefined` where the memory does not tell, `null` for others. */
export function arrayIteratorState(iterator: object): ArrayIteratorState | null | undefined {
  const layout = iteratorLayout();
  if (layout === undefined) return undefined;
  return ObjectTable.get().look([iterator], (view) => arrayStateAt(view, layout, view.pointerTo(0)));
}

function arrayStateAt(view: HeapView, layout: IteratorLayout, pointer: number): ArrayIteratorState | null | undefined {
  const slots = layout.array;
  if (instanceTypeOf(view, pointer) !== slots.type) return null;
  const words = view.words(pointer, ITERATOR_WORDS);
  const kind = KINDS[slots.kinds.indexOf(words.integer(slots.kind) ?? -1)];
  const iterated = words.pointer(slots.iterated);
  if (kind === undefined || iterated === undefined) return undefined;
  const type = instanceTypeOf(view, iterated);
  const index = words.integer(slots.index) ?? floatAt(view, words.pointer(slots.index));
  if (index === undefined || !Number.isSafeInteger(index) || index < 0) return undefined;
  const isFinished = index >= (type === layout.arrays[0] ? MAX_LENGTH.array : MAX_LENGTH.other);
  const elements = elementsKindOf(view, iterated);
  return { kind, index, isFinished, mayHaveAccessors: elements === undefined || !layout.plainElements.has(elements) };
}

/** The number in an object of its own. */
function floatAt(view: HeapView, pointer: number | undefined): number | undefined {
  if (pointer === undefined) return undefined;
  const bytes = view.bytes(pointer - 1 + 8, 8);
  return new Float64Array(bytes.buffer, bytes.byteOffset, 1)[0];
}

/** What an iterator of a string has not given out yet; `undefined` where the memory does not tell, `null` for others. */
export function restOfString(iterator: object): string | null | undefined {
  const layout = iteratorLayout();
  if (layout === undefined) return undefined;
  return ObjectTable.get().look([iterator], (view) => {
    const pointer = view.pointerTo(0);
    if (instanceTypeOf(view, pointer) !== layout.string.type) return null;
    const words = view.words(pointer, ITERATOR_WORDS);
    const text = words.pointer(layout.string.text);
    const index = words.integer(layout.string.index);
    return text === undefined || index === undefined ? undefined : stringAt(view, text, index);
  });
}

/**
 * The objects that array iterators go through, among candidates.
 *
 * @returns In the order of the iterators; `undefined` for those whose object is not among them.
 */
export function iteratedAmong(
  iterators: readonly object[],
  candidates: readonly object[],
): readonly (object | undefined)[] {
  const layout = iteratorLayout();
  const all: (object | undefined)[] = [];
  for (let from = 0; from < iterators.length; from += MANY) {
    const some = iterators.slice(from, from + MANY);
    const found = layout && ObjectTable.get().look(some, (view) => search(view, layout, some, candidates));
    for (let i = 0; i < some.length; i++) all.push(found?.[i]);
  }
  return all;
}

function search(
  view: HeapView,
  { array }: IteratorLayout,
  iterators: readonly object[],
  candidates: readonly object[],
): readonly (object | undefined)[] {
  const wanted = iterators.map((_, i) => {
    const pointer = view.pointerTo(i);
    return instanceTypeOf(view, pointer) === array.type
      ? view.words(pointer, ITERATOR_WORDS).pointer(array.iterated)
      : undefined;
  });
  const missing = new Set(wanted);
  const objects = new Map<number | undefined, object>();
  for (let from = 0; from < candidates.length && objects.size < missing.size; from += view.batch) {
    const batch = candidates.slice(from, from + view.batch);
    const pointers = view.pointersTo(batch);
    for (let i = 0; i < batch.length; i++) {
      const pointer = pointers.raw(i);
      if (missing.has(pointer)) objects.set(pointer, batch[i] as object);
    }
  }
  return wanted.map((pointer) => objects.get(pointer));
}
