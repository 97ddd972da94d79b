import { LITTLE_ENDIAN } from '../model/platform.js';
import { type BlockSums, compileBlockSums } from './block-sums-module.js';

/** A block: 256 rows of 16 words. It stays in the processor's nearest cache while it is summed. */
export const BLOCK_BYTES = 16_384;
/** What the sums of a block take. */
export const SUMS_BYTES = 128;
/** Words in a row, and columns that are summed together. */
const COLUMNS = 16;
const GROUP = 4;
const WORDS = BLOCK_BYTES / 4;
/** To make the compiled sums takes as long as summing so many blocks in plain JavaScript costs more. */
const COMPILED_AFTER = 128;

let summed = 0;
let current: BlockSums | undefined;
let isCompiled = false;

/** What sums blocks here: WebAssembly where there is much to do and the host has it. @param count - How many blocks come. */
export function blockSums(count: number): BlockSums {
  summed += count;
  if (summed > COMPILED_AFTER && !isCompiled) {
    isCompiled = true;
    current = compileBlockSums() ?? current;
  }
  current ??= portableBlockSums();
  return current;
}

/**
 * The sums in plain JavaScript.
 *
 * Each column of words has two sums modulo 2 ** 32: `a` of the words, turned by five bits in front of each second row, and `b`
 * of all the `a` there were. One changed word always shows in `a`, as no step loses anything; two changes that make up for each
 * other in `a` show in `b`.
 */
export function portableBlockSums(): BlockSums {
  const bytes = new Uint8Array(BLOCK_BYTES + SUMS_BYTES * 8);
  const words = new Int32Array(bytes.buffer);
  const sum = (at: number): void => {
    if (!LITTLE_ENDIAN) swap(words, 0, WORDS);
    const target = at / 4;
    for (let group = 0; group < COLUMNS; group += GROUP) sumColumns(words, group, target + group * 2);
    if (!LITTLE_ENDIAN) swap(words, target, SUMS_BYTES / 4);
  };
  return { bytes, sumsFrom: BLOCK_BYTES, sumsEnd: bytes.length, sum };
}

function sumColumns(words: Int32Array, from: number, target: number): void {
  let a0 = 0;
  let a1 = 0;
  let a2 = 0;
  let a3 = 0;
  let b0 = 0;
  let b1 = 0;
  let b2 = 0;
  let b3 = 0;
  for (let i = from; i < WORDS; i += COLUMNS * 2) {
    a0 = (((a0 << 5) | (a0 >>> 27)) + words[i]!) | 0;
    a1 = (((a1 << 5) | (a1 >>> 27)) + words[i + 1]!) | 0;
    a2 = (((a2 << 5) | (a2 >>> 27)) + words[i + 2]!) | 0;
    a3 = (((a3 << 5) | (a3 >>> 27)) + words[i + 3]!) | 0;
    b0 = (b0 + a0) | 0;
    b1 = (b1 + a1) | 0;
    b2 = (b2 + a2) | 0;
    b3 = (b3 + a3) | 0;
    a0 = (a0 + words[i + COLUMNS]!) | 0;
    a1 = (a1 + words[i + COLUMNS + 1]!) | 0;
    a2 = (a2 + words[i + COLUMNS + 2]!) | 0;
    a3 = (a3 + words[i + COLUMNS + 3]!) | 0;
    b0 = (b0 + a0) | 0;
    b1 = (b1 + a1) | 0;
    b2 = (b2 + a2) | 0;
    b3 = (b3 + a3) | 0;
  }
  words[target] = a0;
  words[target + 1] = a1;
  words[target + 2] = a2;
  words[target + 3] = a3;
  words[target + 4] = b0;
  words[target + 5] = b1;
  words[target + 6] = b2;
  words[target + 7] = b3;
}

/** Turns the bytes of words around, where the machine stores the high one first. */
function swap(words: Int32Array, from: number, count: number): void {
  for (let i = from; i < from + count; i++) {
    const word = words[i]!;
    words[i] = (word << 24) | ((word << 8) & 0xff0000) | ((word >>> 8) & 0xff00) | (word >>> 24);
  }
}
