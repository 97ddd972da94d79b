import { endianness } from 'node:os';
import type { Payload } from '@mp/codec';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';

/*
 * A cell is one value inside a frame of the pool: a scalar, written here, or a payload of the codec.
 *
 * A codec sets up its machinery for each value (a `v8.Serializer` costs 2 µs), which is more than everything else that
 * a small task costs. Scalars need none of it.
 */
const CELL = {
  undefined: 0,
  null: 1,
  true: 2,
  false: 3,
  int32: 4,
  float64: 5,
  /** One byte for each UTF-16 unit. */
  latin1: 6,
  /** UTF-16 as it is: lone surrogates are kept. */
  utf16: 7,
  payload: 8,
  /** An array of numbers without a fraction. */
  int32s: 9,
} as const;

/** Up to so many numbers are written one by one; a native call costs more. */
const FEW = 8;

/** Numbers are written in little-endian order. */
const IS_SWAPPED = endianness() === 'BE';

const FIRST_BYTES = 1 << 10;
/** Strings up to this length are looked at unit by unit; a native call costs more. */
const SHORT_STRING = 24;

/** A value that needs no codec. */
export type Scalar = number | string | boolean | null | undefined;

/** Whether a value needs no codec: it is written as it is, and cannot change while it waits. */
export function isScalar(value: unknown): value is Scalar {
  switch (typeof value) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'undefined':
      return true;
    default:
      return value === null;
  }
}

/** Whether a value is a number that four bytes hold. Minus zero is not. */
export function isInt32(value: unknown): value is number {
  return typeof value === 'number' && (value | 0) === value && (value !== 0 || 1 / value > 0);
}

/** Numbers that four bytes hold each; undefined where one of the values is something else. */
export function toInt32s(values: readonly unknown[]): Int32Array | undefined {
  const { length } = values;
  if (!isInt32(values[0])) return undefined;
  const numbers = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    const value = values[i];
    if (!isInt32(value)) return undefined;
    numbers[i] = value;
  }
  return numbers;
}

/** Writes cells and numbers one after another. */
export class CellWriter {
  #bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #at = 0;
  #buffers: Uint8Array[] = [];

  /** Bytes written so far. */
  get length(): number {
    return this.#at;
  }

  uint8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  uint32(value: number): void {
    this.#reserve(4);
    const bytes = this.#bytes;
    const at = this.#at;
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
    bytes[at + 3] = value >>> 24;
    this.#at = at + 4;
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  /** Writes numbers one after another, without saying how many. They are copied. */
  int32s(values: Int32Array): void {
    const { length } = values;
    if (length <= FEW) {
      for (let i = 0; i < length; i++) this.uint32(values[i] as number);
      return;
    }
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    if (IS_SWAPPED) this.#bytes.subarray(this.#at, this.#at + bytes.length).swap32();
    this.#at += bytes.length;
  }

  /** Writes an array of numbers as one cell. */
  int32Array(values: Int32Array): void {
    this.uint8(CELL.int32s);
    this.uint32(values.length);
    this.int32s(values);
  }

  /** Writes a number over an earlier one, when what it counts is known. */
  patchUint32(value: number, at: number): void {
    this.#bytes.writeUInt32LE(value, at);
  }

  /** Writes a scalar. @returns False, and nothing is written, where the value needs a codec. */
  scalar(value: unknown): boolean {
    switch (typeof value) {
      case 'number':
        this.#number(value);
        return true;
      case 'string':
        this.#string(value);
        return true;
      case 'boolean':
        this.uint8(value ? CELL.true : CELL.false);
        return true;
      case 'undefined':
        this.uint8(CELL.undefined);
        return true;
      default:
        if (value !== null) return false;
        this.uint8(CELL.null);
        return true;
    }
  }

  /** Writes what a codec made. Its buffers travel beside the frame. */
  payload({ body, buffers }: Payload): void {
    this.uint8(CELL.payload);
    this.uint32(body.length);
    this.uint32(buffers.length);
    this.#reserve(body.length);
    this.#bytes.set(body, this.#at);
    this.#at += body.length;
    for (const buffer of buffers) this.#buffers.push(buffer);
  }

  /** Takes back what was written after `length`. */
  truncate(length: number): void {
    this.#at = length;
  }

  /** Everything that was written, and starts anew. The body is lent until the next write. */
  take(): { readonly body: Uint8Array; readonly buffers: readonly Uint8Array[] } {
    const body = this.#bytes.subarray(0, this.#at);
    const buffers = this.#buffers;
    this.#at = 0;
    if (buffers.length > 0) this.#buffers = [];
    // A frame of megabytes must not pin its memory for good.
    if (this.#bytes.length > 1 << 20) this.#bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
    return { body, buffers };
  }

  #number(value: number): void {
    if (isInt32(value)) {
      this.uint8(CELL.int32);
      this.uint32(value);
    } else {
      this.uint8(CELL.float64);
      this.float64(value);
    }
  }

  #string(value: string): void {
    const { length } = value;
    if (isLatin1(value)) {
      this.uint8(CELL.latin1);
      this.uint32(length);
      this.#reserve(length);
      if (length <= SHORT_STRING) for (let i = 0; i < length; i++) this.#bytes[this.#at + i] = value.charCodeAt(i);
      else this.#bytes.write(value, this.#at, 'latin1');
      this.#at += length;
    } else {
      this.uint8(CELL.utf16);
      this.uint32(length * 2);
      this.#reserve(length * 2);
      this.#bytes.write(value, this.#at, 'utf16le');
      this.#at += length * 2;
    }
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
  }
}

/** Reads what a {@link CellWriter} wrote. */
export class CellReader {
  readonly #bytes: Buffer;
  readonly #buffers: readonly Uint8Array[];
  #at = 0;
  #nextBuffer = 0;

  constructor(body: Uint8Array, buffers: readonly Uint8Array[]) {
    this.#bytes = body instanceof Buffer ? body : Buffer.from(body.buffer, body.byteOffset, body.length);
    this.#buffers = buffers;
  }

  /** Whether there is nothing left. */
  get isDone(): boolean {
    return this.#at >= this.#bytes.length;
  }

  uint8(): number {
    this.#need(1);
    return this.#bytes[this.#at++] as number;
  }

  uint32(): number {
    this.#need(4);
    const bytes = this.#bytes;
    const at = this.#at;
    this.#at = at + 4;
    return (
      ((bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24)) >>>
      0
    );
  }

  float64(): number {
    this.#need(8);
    this.#at += 8;
    return this.#bytes.readDoubleLE(this.#at - 8);
  }

  /** So many numbers, in memory of their own. */
  int32s(count: number): Int32Array {
    if (count <= FEW) {
      const few = new Int32Array(count);
      for (let i = 0; i < count; i++) few[i] = this.uint32();
      return few;
    }
    const start = this.#at;
    const bytes = this.#bytes.subarray(start, this.#skip(count * 4));
    const copy = new Uint8Array(bytes);
    if (IS_SWAPPED) Buffer.from(copy.buffer).swap32();
    return new Int32Array(copy.buffer);
  }

  /** The next cell: the value of a scalar, an array of numbers, or the payload, as an {@link EncodedCell}. */
  cell(): unknown {
    const tag = this.uint8();
    switch (tag) {
      case CELL.undefined:
        return undefined;
      case CELL.null:
        return null;
      case CELL.true:
        return true;
      case CELL.false:
        return false;
      case CELL.int32:
        return this.uint32() | 0;
      case CELL.float64:
        return this.float64();
      case CELL.latin1: {
        const length = this.uint32();
        return this.#bytes.toString('latin1', this.#at, this.#skip(length));
      }
      case CELL.utf16: {
        const length = this.uint32();
        return this.#bytes.toString('utf16le', this.#at, this.#skip(length));
      }
      case CELL.payload:
        return this.#payload();
      case CELL.int32s:
        return toArray(this.int32s(this.uint32()));
      default:
        throw new ProcessError(PROCESS_ERROR_CODES.protocol, `A frame has a cell of unknown kind ${tag}.`);
    }
  }

  /** As {@link cell}; an array of numbers as what it is here. */
  cellOrNumbers(): unknown {
    if (this.#bytes[this.#at] !== CELL.int32s) return this.cell();
    this.#at++;
    return this.int32s(this.uint32());
  }

  #payload(): EncodedCell {
    const length = this.uint32();
    const count = this.uint32();
    const start = this.#at;
    const body = this.#bytes.subarray(start, this.#skip(length));
    const buffers = count === 0 ? NONE : this.#buffers.slice(this.#nextBuffer, this.#nextBuffer + count);
    this.#nextBuffer += count;
    return new EncodedCell(body, buffers);
  }

  #skip(bytes: number): number {
    this.#need(bytes);
    this.#at += bytes;
    return this.#at;
  }

  #need(bytes: number): void {
    if (this.#at + bytes > this.#bytes.length)
      throw new ProcessError(PROCESS_ERROR_CODES.protocol, 'A frame ends in the middle of a cell.');
  }
}

/** A cell that a codec has yet to decode. It is a payload. */
export class EncodedCell implements Payload {
  readonly body: Uint8Array;
  readonly buffers: readonly Uint8Array[];
  readonly attachments: readonly unknown[] = NONE;

  constructor(body: Uint8Array, buffers: readonly Uint8Array[]) {
    this.body = body;
    this.buffers = buffers;
  }
}

const NONE: readonly never[] = Object.freeze([]);

/** As `Array.from`, which asks an iterator for each number: ten times the time. */
export function toArray(numbers: Int32Array): number[] {
  const { length } = numbers;
  const array: number[] = new Array(length);
  for (let i = 0; i < length; i++) array[i] = numbers[i] as number;
  return array;
}

function isLatin1(value: string): boolean {
  const { length } = value;
  if (length > SHORT_STRING) return !NOT_LATIN1.test(value);
  for (let i = 0; i < length; i++) if (value.charCodeAt(i) > 0xff) return false;
  return true;
}

const NOT_LATIN1 = /[^\0-\xff]/;
