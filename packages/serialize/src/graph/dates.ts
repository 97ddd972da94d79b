import { types } from '../model/platform.js';
import { writeTimes } from '../wire/vectors.js';
import type { GraphWriter } from './writer.js';

const { getPrototypeOf, getOwnPropertyNames, getOwnPropertySymbols, isExtensible } = Object;
const { getTime } = Date.prototype;
const isDate: (value: unknown) => boolean = types?.isDate ?? ((value) => value instanceof Date);

/** A plain date: any other of its hidden class is one, too. */
const PLAIN_DATE = new Date(0);

/** What tells a plain date from others: its time. 0 where the date is not plain, as far as hidden classes tell. */
export function hashOfDate(writer: GraphWriter, date: object): number {
  if (writer.hidden?.same(date, PLAIN_DATE) !== true) return 0;
  return hashOfTime(getTime.call(date as Date));
}

/** A time as a number of 32 bits; never 0. */
function hashOfTime(time: number): number {
  const hash = Math.imul((time | 0) ^ (time / 2 ** 32), 0x9e3779b1);
  return hash ^ (hash >>> 15) || 1;
}

/**
 * Writes an array that holds nothing but plain dates as one block, if all are met for the first time.
 *
 * @returns How many elements were written, with the head of the array; 0 where nothing was.
 */
export function writeDates(writer: GraphWriter, array: readonly unknown[]): number {
  const { length } = array;
  const times = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const date = array[i];
    if (typeof date !== 'object' || date === null || !isPlain(writer, date)) return 0;
    times[i] = getTime.call(date as Date);
  }
  let met = 0;
  if (writer.context.identity) {
    const hashing = writer.hidden !== undefined;
    while (met < length && writer.meets(array[met] as object, hashing ? hashOfTime(times[met]!) : 0)) met++;
    if (met < length) {
      // The one that is known already has a token of its own.
      if (met === 0) return 0;
      writer.out.arrayHead(length);
      for (let i = 0; i < met; i++) writer.out.date(times[i]!);
      return met;
    }
  }
  writeTimes(writer.out, times);
  return length;
}

function isPlain(writer: GraphWriter, date: object): boolean {
  if (writer.hidden !== undefined) return writer.hidden.same(date, PLAIN_DATE);
  // A proxy is not a date to isDate, so nothing of the user's runs below.
  return (
    isDate(date) &&
    getPrototypeOf(date) === Date.prototype &&
    (!writer.context.exact ||
      (isExtensible(date) && getOwnPropertyNames(date).length === 0 && getOwnPropertySymbols(date).length === 0))
  );
}
