import { countLooks, type HiddenClasses, knownHiddenClasses } from '../model/hidden-class.js';
import { hasElementsOnly } from './array-keys.js';
import type { WalkContext } from './walk-context.js';

const { getOwnPropertyDescriptor, getOwnPropertyNames, isExtensible } = Object;

/** An array with more holes than this is looked at by its keys: it may be far longer than what it holds. */
const FEW_HOLES = 1024;

/** Plain arrays of each of the six kinds of elements that V8 tells apart and that have no attributes. */
const PLAIN_ARRAYS: readonly (readonly unknown[])[] = [['a'], [1], [1.5], withHoles('a'), withHoles(1), withHoles(1.5)];

function withHoles(first: unknown): unknown[] {
  const array = new Array<unknown>(2);
  array[0] = first;
  return array;
}

/** Looks whether arrays are plain, as closely as the walk is asked to. */
export class ArrayInspector {
  readonly #exact: boolean;
  #hidden: HiddenClasses | undefined;
  /** Of which kind the last array was. */
  #last = 0;

  constructor({ exact }: WalkContext) {
    this.#exact = exact;
  }

  /** Begins a value. */
  begin(): void {
    this.#hidden = knownHiddenClasses();
  }

  /** Whether an array has nothing but plain elements. */
  isPlain(array: readonly unknown[]): boolean {
    if (!this.#exact) return true;
    this.#hidden ??= countLooks(array.length);
    return (this.#hidden !== undefined && this.#isOfPlainKind(array, this.#hidden)) || looksPlain(array);
  }

  /** Whether an object is a plain array of the kind that was met last. */
  isLikeLast(object: object): boolean {
    return this.#hidden?.same(object, PLAIN_ARRAYS[this.#last]!) === true;
  }

  #isOfPlainKind(array: readonly unknown[], { same }: HiddenClasses): boolean {
    for (let kind = 0; kind < PLAIN_ARRAYS.length; kind++) {
      if (!same(array, PLAIN_ARRAYS[kind]!)) continue;
      this.#last = kind;
      return true;
    }
    return false;
  }
}

function looksPlain(array: readonly unknown[]): boolean {
  return (
    isExtensible(array) &&
    hasElementsOnly(array) &&
    getOwnPropertyDescriptor(array, 'length')!.writable === true &&
    hasPlainElements(array)
  );
}

/** Whether no element is an accessor, read-only or not enumerable. */
function hasPlainElements(array: readonly unknown[]): boolean {
  let holes = 0;
  for (let i = 0; i < array.length; i++) {
    const descriptor = getOwnPropertyDescriptor(array, i);
    if (descriptor === undefined) {
      if (++holes > FEW_HOLES) return getOwnPropertyNames(array).every((key) => isPlainElement(array, key));
    } else if (!(descriptor.enumerable && descriptor.writable && descriptor.configurable)) return false;
  }
  return true;
}

function isPlainElement(array: readonly unknown[], key: string): boolean {
  if (key === 'length') return true;
  const { enumerable, writable, configurable } = getOwnPropertyDescriptor(array, key)!;
  return enumerable === true && writable === true && configurable === true;
}
