import { types } from '../model/platform.js';
import { EXT, SIMPLE } from '../model/tags.js';
import { StringBlocks } from '../wire/string-blocks.js';
import { MIN_VECTOR, writeNumbers } from '../wire/vectors.js';
import { isMostlyHoles } from './array-keys.js';
import { writeDates } from './dates.js';
import { writeSparse } from './odd.js';
import type { GraphWriter } from './writer.js';

const isDate: (value: unknown) => boolean = types?.isDate ?? ((value) => value instanceof Date);

/** Writes the elements of an array, with its holes. */
export function writeElements(writer: GraphWriter, array: readonly unknown[]): void {
  const { length } = array;
  let start = 0;
  let blocks: StringBlocks | undefined;
  if (length >= MIN_VECTOR) {
    const first = array[0];
    if (typeof first === 'number' && writeNumbers(writer.out, array)) return;
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
    if (element === undefined && !Object.hasOwn(array, i)) writer.out.extensionUint(EXT.simple, SIMPLE.hole);
    else writer.value(element);
  }
}
