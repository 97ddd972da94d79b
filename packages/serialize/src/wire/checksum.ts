import { nativeCrc32 } from '../model/platform.js';
import { BLOCK_BYTES, blockSums, SUMS_BYTES } from './block-sums.js';
import type { BlockSums } from './block-sums-module.js';

/** Loading zlib takes 2 ms, in which plain JavaScript checks more than this. */
const PORTABLE_BYTES = 65_536;

/** Up to here plain JavaScript is done as soon as zlib, with the view that it needs. */
const SHORT_BYTES = 320;

let checked = 0;
let native: ((bytes: Uint8Array, seed: number) => number) | undefined;

/**
 * CRC-32 as in zlib and PNG (ISO 3309, polynomial 0xEDB88320).
 *
 * @param bytes - What to check, from `start` on.
 * @param seed - The checksum of what came before.
 */
export function crc32(bytes: Uint8Array, start: number, seed: number): number {
  const length = bytes.length - start;
  if (length <= SHORT_BYTES) return portableCrc32(bytes, start, seed);
  if (native === undefined) {
    checked += length;
    if (checked <= PORTABLE_BYTES) return portableCrc32(bytes, start, seed);
    native = nativeCrc32() ?? ((rest, before) => portableCrc32(rest, 0, before));
  }
  return native(start === 0 ? bytes : bytes.subarray(start), seed);
}

/**
 * The checksum of much: CRC-32 of the sums of all whole blocks, and of what is left behind them. CRC-32 of all the bytes takes
 * four times as long, and more than anything else that is done with large data.
 */
export function blockChecksum(bytes: Uint8Array, start: number, seed: number): number {
  const count = Math.floor((bytes.length - start) / BLOCK_BYTES);
  return count === 0 ? crc32(bytes, start, seed) : checksumOfBlocks(bytes, start, count, seed, blockSums(count));
}

/** The same, summed by one of the two that there are. */
export function checksumOfBlocks(
  bytes: Uint8Array,
  start: number,
  count: number,
  seed: number,
  { bytes: memory, sum, sumsFrom, sumsEnd }: BlockSums,
): number {
  let crc = seed;
  let at = start;
  let sums = sumsFrom;
  for (let left = count; left > 0; left--) {
    memory.set(bytes.subarray(at, at + BLOCK_BYTES));
    sum(sums);
    at += BLOCK_BYTES;
    sums += SUMS_BYTES;
    if (sums < sumsEnd && left > 1) continue;
    crc = crc32(memory.subarray(sumsFrom, sums), 0, crc);
    sums = sumsFrom;
  }
  return crc32(bytes, at, crc);
}

/** Eight tables of 256 entries: the checksum of a byte that 0 to 7 others follow. */
let table: Int32Array | undefined;

/** The same in plain JavaScript, for hosts without zlib and for short input. Eight bytes at a time ("slicing by 8"). */
export function portableCrc32(bytes: Uint8Array, start: number, seed: number): number {
  table ??= makeTable();
  const t = table;
  const { length } = bytes;
  let crc = ~seed;
  let i = start;
  for (const end = length - 7; i < end; i += 8) {
    // Byte by byte: to join four of them first takes a fifth longer.
    crc =
      t[0x700 | ((crc ^ bytes[i]!) & 0xff)]! ^
      t[0x600 | (((crc >>> 8) ^ bytes[i + 1]!) & 0xff)]! ^
      t[0x500 | (((crc >>> 16) ^ bytes[i + 2]!) & 0xff)]! ^
      t[0x400 | ((crc >>> 24) ^ bytes[i + 3]!)]! ^
      t[0x300 | bytes[i + 4]!]! ^
      t[0x200 | bytes[i + 5]!]! ^
      t[0x100 | bytes[i + 6]!]! ^
      t[bytes[i + 7]!]!;
  }
  for (; i < length; i++) crc = t[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

function makeTable(): Int32Array {
  const made = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    made[byte] = crc;
  }
  for (let i = 256; i < made.length; i++) made[i] = made[made[i - 256]! & 0xff]! ^ (made[i - 256]! >>> 8);
  return made;
}
