import { printWithoutElements } from '../model/print.js';

const { getOwnPropertyNames, getOwnPropertySymbols } = Object;
const { ownKeys } = Reflect;

/** Up to here listing all keys costs less than `inspect`. */
const LISTED_LENGTH = 12;

/** What `inspect` prints for an array that has elements and nothing else. */
const ELEMENTS_ONLY = /^\[ \.\.\. \d+ more items?, \[length\]: \d+ \]$/;

/**
 * Whether an array has no own properties but its elements and its length.
 *
 * The language lists named properties only together with all indices, which costs 34 ns an element. `util.inspect`
 * asks V8 for named properties alone, at a fixed price; here it prints none of the elements and calls nothing.
 */
export function hasElementsOnly(array: readonly unknown[]): boolean {
  // First of all: `inspect` would read an own Symbol.toStringTag.
  if (getOwnPropertySymbols(array).length > 0) return false;
  const printed = array.length <= LISTED_LENGTH ? undefined : printWithoutElements(array, true);
  if (printed === undefined) {
    // Indices come first, then names in the order of their making: `length` was made with the array.
    return getOwnPropertyNames(array).at(-1) === 'length';
  }
  return ELEMENTS_ONLY.test(printed) || namedKeys(array).length === 0;
}

/** The own keys of an array that are neither indices nor `length`. */
export function namedKeys(array: object): (string | symbol)[] {
  return ownKeys(array).filter((key) => typeof key === 'symbol' || (key !== 'length' && !isIndex(key)));
}

/** Whether a key is an array index: an integer below 2 ** 32 - 1 in its canonical form (ECMA-262, 6.1.7). */
export function isIndex(key: string): boolean {
  const index = Number(key) >>> 0;
  return index !== 0xffffffff && String(index) === key;
}

/** Whether an array has so many holes that its elements are better written with their indices. */
export function isMostlyHoles(array: readonly unknown[]): boolean {
  let i = 0;
  while (i < array.length && i in array) i++;
  return i < array.length && Object.keys(array).length * 2 < array.length;
}
