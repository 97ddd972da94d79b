import { elementsKindOf, instanceTypeOf } from './hidden-class-words.js';
import { type HeapView, ObjectTable } from './object-table.js';
import { stringAt } from './strings.js';
import type { Words } from './words.js';

/** Where the slots of iterators are, in words, and by what V8 knows them. */
export interface IteratorLayout {
  readonly array: {
    readonly type: number;
    readonly iterated: number;
    readonly index: number;
    readonly kind: number;
    /** What the slot of the kind has for `keys`, `values` and `entries`. */
    readonly kinds: readonly number[];
  };
  readonly string: { readonly type: number; readonly text: number; readonly index: number };
  /** The instance types of arrays, and of typed arrays. */
  readonly arrays: readonly [array: number, typedArray: number];
  /** Kinds of elements none of which can be an accessor. */
  readonly plainElements: ReadonlySet<number>;
}

/** Every object has three words in front: hidden class, properties, elements (V8: `src/objects/js-objects.h`). */
export const FIRST_SLOT = 3;
/** The largest iterator of these has three slots. */
export const ITERATOR_WORDS = 6;

const { values, keys, entries } = Array.prototype;
const LONG = 12_345;
const TEXT = 'mp\u{1f600}s';

let known: IteratorLayout | null | undefined;

/**
 * The layout of iterators in this process, found out by iterators whose state is known. V8's own description of it is in
 * `src/objects/js-array.tq` (`JSArrayIterator`) and `js-objects.tq` (`JSStringIterator`); it is not relied upon.
 *
 * @returns `undefined` where not every slot is found without doubt, or the memory cannot be read.
 */
export function iteratorLayout(): IteratorLayout | undefined {
  known ??= measure() ?? null;
  return known ?? undefined;
}

function measure(): IteratorLayout | undefined {
  const array: unknown[] = new Array<unknown>(LONG + 1).fill(0);
  const made = [
    [values, 0],
    [values, 1],
    [values, 2],
    [values, LONG],
    [keys, 1],
    [entries, 1],
  ] as const;
  const ofArray = made.map(([make, steps]) => advanced(make.call(array) as Iterator<unknown>, steps));
  const steps = [0, 1, 2, 4];
  // The index behind the first two characters, and behind the pair of surrogates.
  const ofString = steps.map((n) => advanced(TEXT[Symbol.iterator](), n));
  const plain = [[1], ['a'], [1.5], withHole([1, 2, 3]), withHole(['a', 'b', 'c']), withHole([1.5, 2.5, 3.5])];
  const guarded = [Object.preventExtensions, Object.seal, Object.freeze].flatMap((guard) =>
    [['a'], withHole(['a', 'b', 'c'])].map((elements) => guard(elements)),
  );
  const withAccessor = Object.defineProperty(['a'], 0, { get: () => 0 });
  const samples = [array, new Uint8Array(1), withAccessor, ...ofArray, ...ofString, ...plain, ...guarded];
  return ObjectTable.get().look(samples, (view) => {
    const pointers = samples.map((_, i) => view.pointerTo(i));
    const words = pointers.map((pointer) => view.words(pointer, ITERATOR_WORDS));
    const [arrayType, typedType, , ...types] = pointers.map((pointer) => instanceTypeOf(view, pointer));
    const first = 3;
    const arrayWords = words.slice(first, first + ofArray.length);
    const stringWords = words.slice(first + ofArray.length, first + ofArray.length + ofString.length);
    const arrayIterator = arrayLayout(arrayWords, pointers[0] as number);
    const stringIterator = stringLayout(view, stringWords);
    if (arrayIterator === undefined || stringIterator === undefined) return undefined;
    const type = same(types.slice(0, ofArray.length));
    const stringType = same(types.slice(ofArray.length, ofArray.length + ofString.length));
    const kinds = pointers.slice(first + ofArray.length + ofString.length).map((p) => elementsKindOf(view, p));
    const plainElements = new Set(kinds.filter((kind) => kind !== undefined));
    const accessors = elementsKindOf(view, pointers[2] as number);
    if (type === undefined || stringType === undefined || type === stringType) return undefined;
    if (arrayType === undefined || typedType === undefined || arrayType === typedType) return undefined;
    if (accessors === undefined || plainElements.has(accessors)) return undefined;
    return {
      array: { type, ...arrayIterator },
      string: { type: stringType, ...stringIterator },
      arrays: [arrayType, typedType],
      plainElements,
    } satisfies IteratorLayout;
  });
}

function arrayLayout(words: readonly Words[], array: number): Omit<IteratorLayout['array'], 'type'> | undefined {
  const iterated = slotWhere((slot) => words.every((w) => w.pointer(slot) === array));
  const index = slotWhere((slot) => [0, 1, 2, LONG, 1, 1].every((n, i) => words[i]!.integer(slot) === n));
  const kind = slotWhere((slot) => {
    const found = words.map((w) => w.integer(slot));
    const [value, , , , key, entry] = found;
    return found.slice(0, 4).every((n) => n === value) && new Set([value, key, entry]).size === 3;
  });
  if (iterated === undefined || index === undefined || kind === undefined) return undefined;
  const kinds = [words[4], words[0], words[5]].map((w) => w!.integer(kind) ?? -1);
  return kinds.includes(-1) ? undefined : { iterated, index, kind, kinds };
}

function stringLayout(view: HeapView, words: readonly Words[]): Omit<IteratorLayout['string'], 'type'> | undefined {
  const index = slotWhere((slot) => [0, 1, 2, 5].every((n, i) => words[i]!.integer(slot) === n));
  const text = slotWhere((slot) => {
    const pointer = words[0]!.pointer(slot);
    return (
      pointer !== undefined && words.every((w) => w.pointer(slot) === pointer) && stringAt(view, pointer, 0) === TEXT
    );
  });
  return index === undefined || text === undefined ? undefined : { index, text };
}

function withHole(elements: unknown[]): unknown[] {
  Reflect.deleteProperty(elements, 1);
  return elements;
}

/** The one slot for which something holds; `undefined` where there are several. */
function slotWhere(holds: (slot: number) => boolean): number | undefined {
  const found: number[] = [];
  for (let slot = FIRST_SLOT; slot < ITERATOR_WORDS; slot++) if (holds(slot)) found.push(slot);
  return found.length === 1 ? found[0] : undefined;
}

function same(types: readonly (number | undefined)[]): number | undefined {
  return types.every((type) => type === types[0]) ? types[0] : undefined;
}

function advanced<T extends Iterator<unknown>>(iterator: T, steps: number): T {
  for (let left = steps; left > 0; left--) iterator.next();
  return iterator;
}
