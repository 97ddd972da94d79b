import { types } from '../model/platform.js';
import { writeTimes } from '../wire/vectors.js';
import type { GraphWriter } from './writer.js';

const { getPrototypeOf, getOwnPropertyNames, getOwnPropertySymbols, isExtensible } = Object;
const { getTime } = Date.prototype;
const isDate: (value: unknown) => boolean = types?.isDate ?? ((value) => value instanceof Date);

/**
 * Writes an array that holds nothing but plain dates, each met for the first time, as one block.
 *
 * @returns Whether it did; nothing was written otherwise.
 */
export function writeDates(writer: GraphWriter, array: readonly unknown[]): boolean {
  const { length } = array;
  const times = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const date = array[i];
    // A proxy is not a date to isDate, so nothing of the user's runs below.
    if (!isDate(date) || getPrototypeOf(date) !== Date.prototype) return false;
    const plain =
      !writer.context.exact ||
      (isExtensible(date as Date) &&
        getOwnPropertyNames(date).length === 0 &&
        getOwnPropertySymbols(date).length === 0);
    if (!plain) return false;
    times[i] = getTime.call(date as Date);
  }
  if (writer.context.identity && !writer.claimAllNew(array as readonly object[])) return false;
  writeTimes(writer.out, times);
  return true;
}
