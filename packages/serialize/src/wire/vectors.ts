import { LITTLE_ENDIAN } from '../model/platform.js';
import { EXT, WIDTH } from '../model/tags.js';
import { type ByteReader, damaged } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';

/** Arrays shorter than this are written element by element. */
export const MIN_VECTOR = 8;
const BYTES_PER = [1, 2, 4, 8] as const;

/** What is known of an array's elements, without looking at them: V8 keeps arrays of small integers and of numbers apart. */
export type KnownNumbers = 'integers' | 'numbers' | undefined;

const copyInto: (this: Int32Array | Float64Array, source: ArrayLike<number>) => void = (
  Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array
).set;

/**
 * Writes an array that holds numbers only, and no holes, as one block.
 *
 * @param known - What is certain of the elements; then V8 copies them, ten times as fast as they are read one by one.
 * @returns Whether it did; nothing was written otherwise.
 */
export function writeNumbers(out: ByteWriter, array: readonly unknown[], known: KnownNumbers): boolean {
  if (!LITTLE_ENDIAN) return false;
  if (known === 'integers') {
    writeKnownIntegers(out, array as readonly number[]);
    return true;
  }
  const { length } = array;
  let min = 0;
  let max = 0;
  let i = 0;
  for (; i < length; i++) {
    const element = array[i];
    if (typeof element !== 'number') return false;
    if ((element | 0) !== element || (element === 0 && 1 / element < 0)) break;
    if (element < min) min = element;
    else if (element > max) max = element;
  }
  if (i < length) return writeFloats(out, array as readonly number[], known === 'numbers');
  const width = widthOf(min, max);
  const start = beginBlock(out, EXT.numbers, width, length);
  const target = integersAt(out, width, start, length);
  for (let j = 0; j < length; j++) target[j] = array[j] as number;
  out.position = start + length * BYTES_PER[width];
  return true;
}

function widthOf(min: number, max: number): 0 | 1 | 2 {
  return min >= -0x80 && max < 0x80 ? WIDTH.int8 : min >= -0x8000 && max < 0x8000 ? WIDTH.int16 : WIDTH.int32;
}

function integersAt(out: ByteWriter, width: 0 | 1 | 2, start: number, length: number) {
  const { buffer } = out.bytes;
  if (width === WIDTH.int8) return new Int8Array(buffer, start, length);
  return width === WIDTH.int16 ? new Int16Array(buffer, start, length) : new Int32Array(buffer, start, length);
}

/** The width that all of some integers need: twice as fast without a branch for each. */
function widthOfAll(integers: Int32Array): 0 | 1 | 2 {
  const { length } = integers;
  let bits = 0;
  let otherBits = 0;
  let i = 0;
  for (const end = length - 1; i < end; i += 2) {
    const one = integers[i]!;
    const other = integers[i + 1]!;
    // A negative integer needs as much as the one without its sign.
    bits |= one ^ (one >> 31);
    otherBits |= other ^ (other >> 31);
  }
  if (i < length) bits |= integers[i]! ^ (integers[i]! >> 31);
  return widthOf(0, bits | otherBits);
}

/** Writes an array of which it is known that it holds integers of 32 bits, and no -0. */
function writeKnownIntegers(out: ByteWriter, array: readonly number[]): void {
  const { length } = array;
  const position = out.position;
  const start = beginBlock(out, EXT.numbers, WIDTH.int32, length);
  const integers = new Int32Array(out.bytes.buffer, start, length);
  copyInto.call(integers, array);
  const width = widthOfAll(integers);
  if (width === WIDTH.int32) {
    out.position = start + length * 4;
    return;
  }
  out.position = position;
  const narrow = beginBlock(out, EXT.numbers, width, length);
  copyInto.call(integersAt(out, width, narrow, length) as Int32Array, array);
  out.position = narrow + length * BYTES_PER[width];
}

function writeFloats(out: ByteWriter, array: readonly number[], known: boolean): boolean {
  const { length } = array;
  // A sparse array may be far longer than the memory that its numbers would take.
  if (!known && length > 0x10000) for (let i = 0; i < length; i++) if (typeof array[i] !== 'number') return false;
  const before = out.position;
  const start = beginBlock(out, EXT.numbers, WIDTH.float64, length);
  const target = new Float64Array(out.bytes.buffer, start, length);
  if (known) {
    copyInto.call(target, array);
    if (mayHoldNaN(target)) clearNaNs(target);
    out.position = start + length * 8;
    return true;
  }
  for (let i = 0; i < length; i++) {
    const element: unknown = array[i];
    if (typeof element !== 'number') {
      out.position = before;
      return false;
    }
    // biome-ignore lint/suspicious/noSelfCompare: the fastest test for NaN, whose hidden bits must not show
    target[i] = element === element ? element : Number.NaN;
  }
  out.position = start + length * 8;
  return true;
}

/** Whether there may be a NaN: it would make the sum one, as infinities do. In four sums, so that none waits for the last. */
function mayHoldNaN(numbers: Float64Array): boolean {
  const { length } = numbers;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (const end = length - 3; i < end; i += 4) {
    a += numbers[i]!;
    b += numbers[i + 1]!;
    c += numbers[i + 2]!;
    d += numbers[i + 3]!;
  }
  for (; i < length; i++) a += numbers[i]!;
  return Number.isNaN(a + b + c + d);
}

/** A NaN may carry bits that no program sees, and bytes must not show: afterwards it is always the same. */
function clearNaNs(numbers: Float64Array): void {
  for (let i = 0; i < numbers.length; i++) if (Number.isNaN(numbers[i]!)) numbers[i] = Number.NaN;
}

/** Writes times as one block. The caller has seen that they are plain dates. */
export function writeTimes(out: ByteWriter, times: Float64Array): void {
  const start = beginBlock(out, EXT.dates, WIDTH.float64, times.length);
  new Float64Array(out.bytes.buffer, start, times.length).set(times);
  out.position = start + times.length * 8;
}

/** Writes the head of a block: its width, and zeros up to an aligned place, which is returned. */
function beginBlock(out: ByteWriter, type: number, width: 0 | 1 | 2 | 3, length: number): number {
  const size = BYTES_PER[width];
  const dataBytes = length * size;
  out.ensure(dataBytes + 16);
  // Six bytes of head at most, and one for the width; what does not fit the alignment is padding before the data.
  const headBytes = dataBytes + 8 < 0x100 ? 3 : dataBytes + 8 < 0x10000 ? 4 : 6;
  const afterWidth = out.position + headBytes + 1;
  const padding = (size - (afterWidth % size)) % size;
  const position = out.position;
  out.extension(type, 1 + padding + dataBytes);
  if (out.position - position !== headBytes) return beginLongHead(out, position, type, width, padding, dataBytes);
  out.bytes[out.position++] = width;
  out.bytes.fill(0, out.position, out.position + padding);
  return out.position + padding;
}

/** Where the length lies so close to a border that the padding decides on the head: take the longest head. */
function beginLongHead(
  out: ByteWriter,
  position: number,
  type: number,
  width: number,
  _padding: number,
  dataBytes: number,
): number {
  const size = BYTES_PER[width]!;
  const padding = (size - ((position + 7) % size)) % size;
  out.bytes[position] = 0xc9;
  out.view.setUint32(position + 1, 1 + padding + dataBytes);
  out.bytes[position + 5] = type;
  out.bytes[position + 6] = width;
  out.bytes.fill(0, position + 7, position + 7 + padding);
  return position + 7 + padding;
}

/** The numbers of a block whose payload is `length` bytes. */
export function readNumbers(source: ByteReader, length: number): number[] {
  const at = source.take(length);
  const width = source.bytes[at]!;
  const size = BYTES_PER[width];
  if (size === undefined || length < 1) throw damaged(at, 'a vector of an unknown width');
  const count = Math.floor((length - 1) / size);
  const start = at + length - count * size;
  return width === WIDTH.float64 ? readFloats(source, start, count) : readIntegers(source, width, start, count);
}

// Apart, because V8 remembers for each place in a program of which kind the arrays were that it made: where both are made at
// one place, arrays of integers would become arrays of floats.
function readFloats(source: ByteReader, start: number, count: number): number[] {
  const view = aligned(source, start, count);
  const array = new Array<number>(count);
  for (let i = 0; i < count; i++) array[i] = view[i]!;
  return array;
}

function readIntegers(source: ByteReader, width: number, start: number, count: number): number[] {
  const array = new Array<number>(count);
  if (width === WIDTH.int8) {
    const { view } = source;
    for (let i = 0; i < count; i++) array[i] = view.getInt8(start + i);
  } else if (width === WIDTH.int16) {
    const { view } = source;
    for (let i = 0; i < count; i++) array[i] = view.getInt16(start + i * 2, true);
  } else {
    const { view } = source;
    for (let i = 0; i < count; i++) array[i] = view.getInt32(start + i * 4, true);
  }
  return array;
}

/** The times of a block of dates. */
export function readTimes(source: ByteReader, length: number): Float64Array {
  const at = source.take(length);
  if (length < 1 || source.bytes[at] !== WIDTH.float64) throw damaged(at, 'a vector of dates of an unknown width');
  const count = Math.floor((length - 1) / 8);
  return aligned(source, at + length - count * 8, count);
}

function aligned(source: ByteReader, start: number, count: number): Float64Array {
  const { bytes } = source;
  const offset = bytes.byteOffset + start;
  if (LITTLE_ENDIAN && offset % 8 === 0) return new Float64Array(bytes.buffer, offset, count);
  if (LITTLE_ENDIAN) return new Float64Array(bytes.slice(start, start + count * 8).buffer);
  return Float64Array.from({ length: count }, (_, i) => source.view.getFloat64(start + i * 8, true));
}
