import { EXT } from '../model/tags.js';
import { type ByteReader, damaged } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { isOneByte, readLatin1, writeLatin1 } from './text.js';
import { MIN_VECTOR } from './vectors.js';

/** Strings longer than this do not go into a block. */
const MAX_BLOCK_STRING = 255;
/** A block is cut here, so that a string that V8 slices out of it keeps little memory alive. */
const BLOCK_BYTES = 32_768;
const MAX_COUNT = 4096;
const MIN_COUNT = 16;
/** So many strings are written one by one after a block was not worth it, before the next is tried. */
const MAX_PAUSE = 1024;

const { join } = Array.prototype;

/**
 * Writes the short strings of an array as blocks: their lengths, and their characters in one go. To copy characters one by one
 * costs three times as much as to have V8 join them.
 */
export class StringBlocks {
  readonly #array: readonly unknown[];
  readonly #scratch: string[] = [];
  /** How many strings are tried together: fewer where wide ones are among them. */
  #count = 256;
  /** Before this index no block is tried. */
  #next = 0;
  #pause = MIN_VECTOR;

  constructor(array: readonly unknown[]) {
    this.#array = array;
  }

  /**
   * Writes strings from `from` on as one block, as far as they are short and their characters are below 256.
   *
   * @returns How many were written; 0 where a block is not worth it.
   */
  write(out: ByteWriter, from: number): number {
    if (from < this.#next) return 0;
    const scratch = this.#scratch;
    const array = this.#array;
    const limit = Math.min(array.length - from, this.#count);
    let size = 0;
    let count = 0;
    for (; count < limit && size <= BLOCK_BYTES; count++) {
      const text = array[from + count];
      if (typeof text !== 'string' || text.length > MAX_BLOCK_STRING) break;
      size += text.length;
      scratch[count] = text;
    }
    if (count < MIN_VECTOR) return this.#giveUp(from);
    // The memory of the last block is used again.
    scratch.length = count;
    let text: string = join.call(scratch, '');
    if (isOneByte(text)) this.#count = Math.min(this.#count * 2, MAX_COUNT);
    else {
      const narrow = scratch.findIndex((one) => !isOneByte(one));
      this.#count = Math.max(narrow * 2, MIN_COUNT);
      if (narrow < MIN_VECTOR) return this.#giveUp(from);
      scratch.length = narrow;
      text = join.call(scratch, '');
    }
    this.#pause = MIN_VECTOR;
    writeBlock(out, scratch, text);
    return scratch.length;
  }

  #giveUp(from: number): 0 {
    this.#next = from + this.#pause;
    this.#pause = Math.min(this.#pause * 2, MAX_PAUSE);
    return 0;
  }
}

function writeBlock(out: ByteWriter, strings: readonly string[], text: string): void {
  const count = strings.length;
  const length = 4 + count + text.length;
  out.extension(EXT.strings, length);
  out.ensure(length);
  out.view.setUint32(out.position, count);
  const { bytes } = out;
  const at = out.position + 4;
  for (let i = 0; i < count; i++) bytes[at + i] = strings[i]!.length;
  writeLatin1(text, bytes, at + count);
  out.position += length;
}

/**
 * Reads a block of strings into `array` from `index` on, if one comes next.
 *
 * @returns How many there were; 0 where something else comes next, and nothing was read.
 */
export function readStrings(source: ByteReader, array: unknown[], index: number): number {
  const { bytes, view, position } = source;
  const head = bytes[position] === 0xc7 ? 2 : bytes[position] === 0xc8 ? 3 : 5;
  if (bytes[position + head] !== EXT.strings) return 0;
  source.take(1);
  const length =
    head === 2 ? source.byte() : head === 3 ? view.getUint16(source.take(2)) : view.getUint32(source.take(4));
  source.take(1);
  const at = source.take(length);
  const count = length < 4 ? 0 : view.getUint32(at);
  if (count === 0 || count + 4 > length || index + count > array.length) {
    throw damaged(at, 'a block of strings of a wrong length');
  }
  const text = readLatin1(bytes, at + 4 + count, at + length);
  let start = 0;
  for (let i = 0; i < count; i++) {
    const stop = start + bytes[at + 4 + i]!;
    array[index + i] = text.substring(start, stop);
    start = stop;
  }
  if (start !== text.length) throw damaged(at, 'a block of strings of a wrong length');
  return count;
}
