import { types } from '../model/platform.js';
import { EXT, SIMPLE } from '../model/tags.js';
import { StringBlocks } from '../wire/string-blocks.js';
import { type KnownNumbers, MIN_VECTOR, writeNumbers } from '../wire/vectors.js';
import { isMostlyHoles } from './array-keys.js';
import { writeDates } from './dates.js';
import { writeSparse } from './odd.js';
import { MIN_ROWS, Rows } from './rows.js';
import type { GraphWriter } from './writer.js';

const isDate: (value: unknown) => boolean = types?.isDate ?? ((value) => value instanceof Date);

/** For fewer elements the calls cost more than reading them one by one. */
const MIN_COPIED = 128;

/** Arrays of small integers and of numbers, without holes: V8 keeps their elements in another way, and so in another hidden class. */
const INTEGERS: readonly number[] = [1, 2];
const NUMBERS: readonly number[] = [1.5, 2.5];
/** The same where V8 reckons with holes. */
const INTEGERS_OR_HOLES: readonly number[] = Object.assign(new Array<number>(2), [1, 2]);
const NUMBERS_OR_HOLES: readonly number[] = Object.assign(new Array<number>(2), [1.5, 2.5]);

/** What the hidden class of an array says of its elements. */
function knownNumbers(writer: GraphWriter, array: readonly unknown[], dense: boolean): KnownNumbers {
  const { hidden } = writer;
  if (hidden === undefined || array.length < MIN_COPIED) return undefined;
  if (hidden.same(array, INTEGERS) || (dense && hidden.same(array, INTEGERS_OR_HOLES))) return 'integers';
  return hidden.same(array, NUMBERS) || (dense && hidden.same(array, NUMBERS_OR_HOLES)) ? 'numbers' : undefined;
}

/** Writes the elements of an array, with its holes. @param dense - There are none. */
export function writeElements(writer: GraphWriter, array: readonly unknown[], dense = false): void {
  const { length } = array;
  let start = 0;
  let blocks: StringBlocks | undefined;
  let rows: Rows | undefined;
  if (length >= MIN_VECTOR) {
    const first = array[0];
    if (typeof first === 'number' && writeNumbers(writer.out, array, knownNumbers(writer, array, dense))) return;
    if (typeof first === 'object' && first !== null && isDate(first)) start = writeDates(writer, array);
    if (start === length) return;
    if (start === 0 && length >= 0x10000 && isMostlyHoles(array)) {
      writeSparse(writer, array);
      return;
    }
  }
  if (start === 0) writer.out.arrayHead(length);
  for (let i = start; i < length; i++) {
    const element = array[i];
    if (typeof element === 'string' && length - i >= MIN_VECTOR) {
      blocks ??= new StringBlocks(array);
      const count = blocks.write(writer.out, i);
      if (count > 0) {
        i += count - 1;
        continue;
      }
    }
    if (typeof element === 'object' && element !== null && length - i >= MIN_ROWS) {
      rows ??= new Rows(writer, array);
      const count = rows.write(i);
      if (count > 0) {
        i += count - 1;
        continue;
      }
    }
    if (element === undefined && !Object.hasOwn(array, i)) writer.out.extensionUint(EXT.simple, SIMPLE.hole);
    else writer.value(element);
  }
}
