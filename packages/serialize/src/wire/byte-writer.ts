import { uncleared } from '../model/platform.js';
import { EXT } from '../model/tags.js';
import { copyStart } from './slab.js';
import { encodeUtf8, isAsciiBetween, isOneByte, looksWide, writeLatin1, writeUtf16 } from './text.js';

const INITIAL_BYTES = 16_384;
/** A writer keeps this much between values. */
const KEPT_BYTES = 65_536;
/** More than this is not reserved on a guess. */
const MAX_EXPECTED = 2 ** 26;
/** Every write of fixed size may take this much without asking. */
const SLACK = 64;

/**
 * Writes MessagePack tokens into memory that grows.
 *
 * Fields are public because the walk of the values writes the commonest tokens itself.
 */
export class ByteWriter {
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView;
  /** The same memory, for copying. */
  #words: Int32Array;
  /** Where the next byte goes. */
  position = 0;
  /** Below it there is room for any token of fixed size. */
  #safeEnd: number;
  /** How much the last value took. */
  #lastLength = 0;

  constructor(initialBytes: number = INITIAL_BYTES) {
    this.bytes = new Uint8Array(initialBytes);
    this.view = new DataView(this.bytes.buffer);
    this.#words = new Int32Array(this.bytes.buffer);
    this.#safeEnd = initialBytes - SLACK;
  }

  /** Gives back memory that a large value needed. */
  shrink(): void {
    if (this.bytes.length > KEPT_BYTES) this.#use(new Uint8Array(INITIAL_BYTES));
  }

  /** What was written, for good. Where little of the memory would be wasted it is the memory itself, else a copy. */
  release(): Uint8Array<ArrayBuffer> {
    const { bytes, position } = this;
    this.#lastLength = position;
    if (position <= KEPT_BYTES || position < bytes.length * 0.75) return copyStart(bytes, this.#words, position);
    // The memory was not cleared when it was taken.
    bytes.fill(0, position);
    this.#use(new Uint8Array(INITIAL_BYTES));
    return bytes.subarray(0, position);
  }

  #use(bytes: Uint8Array<ArrayBuffer>): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
    this.#words = new Int32Array(bytes.buffer, 0, bytes.length >> 2);
    this.#safeEnd = bytes.length - SLACK;
  }

  /** Makes room for tokens of fixed size, 64 bytes together. */
  ensureSlack(): void {
    if (this.position > this.#safeEnd) this.#grow(SLACK);
  }

  /** Makes room for `count` bytes and the slack. */
  ensure(count: number): void {
    if (this.position + count > this.#safeEnd) this.#grow(count + SLACK);
  }

  #grow(count: number): void {
    const needed = this.position + count + SLACK;
    // A value much like the last one will take much the same.
    const expected = needed > KEPT_BYTES ? Math.min(this.#lastLength + SLACK * 2, MAX_EXPECTED) : 0;
    // Where one token makes up most of it, little may follow; what is left over is cleared in the end, which is slow.
    const spare = count * 2 > needed ? INITIAL_BYTES : needed / 4;
    const grown = uncleared(
      Math.max(needed, expected, needed > KEPT_BYTES * 16 ? needed + spare : this.bytes.length * 2),
    );
    grown.set(this.bytes.subarray(0, this.position));
    this.#use(grown);
  }

  /** A single byte that is a whole token: nil, a boolean, a small integer. */
  byte(token: number): void {
    this.ensureSlack();
    this.bytes[this.position++] = token;
  }

  /** An unsigned integer below 2 ** 53. */
  uint(value: number): void {
    this.ensureSlack();
    const { bytes } = this;
    if (value < 64) bytes[this.position++] = value;
    else if (value < 0x100) {
      bytes[this.position++] = 0xcc;
      bytes[this.position++] = value;
    } else if (value < 0x10000) {
      bytes[this.position++] = 0xcd;
      bytes[this.position++] = value >> 8;
      bytes[this.position++] = value;
    } else if (value < 0x100000000) {
      bytes[this.position] = 0xce;
      this.view.setUint32(this.position + 1, value);
      this.position += 5;
    } else this.float64(value);
  }

  /** Any number, exactly. */
  number(value: number): void {
    this.ensureSlack();
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
      if (value >= 0) {
        if (value < 64) this.bytes[this.position++] = value;
        else this.uint(value);
      } else this.#negative(value);
    } else if (value >= 0x80000000 && value < 0x100000000 && value % 1 === 0) this.uint(value);
    else this.float64(value);
  }

  #negative(value: number): void {
    const { bytes } = this;
    if (value >= -32) bytes[this.position++] = value;
    else if (value >= -128) {
      bytes[this.position++] = 0xd0;
      bytes[this.position++] = value;
    } else if (value >= -32768) {
      bytes[this.position] = 0xd1;
      this.view.setInt16(this.position + 1, value);
      this.position += 3;
    } else {
      bytes[this.position] = 0xd2;
      this.view.setInt32(this.position + 1, value);
      this.position += 5;
    }
  }

  /** A number as a 64-bit float. */
  float64(value: number): void {
    this.ensureSlack();
    this.bytes[this.position] = 0xcb;
    // A NaN may carry bits that no program sees, and bytes must not show: NaN itself is always the same.
    // biome-ignore lint/suspicious/noSelfCompare: the fastest test for NaN
    this.view.setFloat64(this.position + 1, value === value ? value : Number.NaN);
    this.position += 9;
  }

  /** Any integer. */
  bigint(value: bigint): void {
    this.ensureSlack();
    if (value >= 0n && value < 0x10000000000000000n) {
      this.bytes[this.position] = 0xcf;
      this.view.setBigUint64(this.position + 1, value);
      this.position += 9;
    } else if (value < 0n && value >= -0x8000000000000000n) {
      this.bytes[this.position] = 0xd3;
      this.view.setBigInt64(this.position + 1, value);
      this.position += 9;
    } else this.#largeBigint(value);
  }

  #largeBigint(value: bigint): void {
    // By way of hexadecimal text, which is linear; shifting digit by digit is quadratic.
    const digits = (value < 0n ? -value : value).toString(16);
    const count = (digits.length + 1) >> 1;
    this.extension(EXT.bigint, count + 1);
    this.ensure(count + 1);
    this.bytes[this.position++] = value < 0n ? 1 : 0;
    for (let end = digits.length; end > 0; end -= 2) {
      this.bytes[this.position++] = Number.parseInt(digits.slice(Math.max(0, end - 2), end), 16);
    }
  }

  /** The head of an array of `length` elements. */
  arrayHead(length: number): void {
    this.#head(length, 0x90, 0xdc);
  }

  /** The head of a map of `size` entries. */
  mapHead(size: number): void {
    this.#head(size, 0x80, 0xde);
  }

  #head(count: number, short: number, long: number): void {
    this.ensureSlack();
    if (count < 16) this.bytes[this.position++] = short | count;
    else if (count < 0x10000) {
      this.bytes[this.position] = long;
      this.view.setUint16(this.position + 1, count);
      this.position += 3;
    } else {
      this.bytes[this.position] = long + 1;
      this.view.setUint32(this.position + 1, count);
      this.position += 5;
    }
  }

  /** The head of an extension whose payload of `length` bytes the caller writes next. */
  extension(type: number, length: number): void {
    this.ensureSlack();
    const { bytes } = this;
    if (length < 0x100) {
      bytes[this.position++] = 0xc7;
      bytes[this.position++] = length;
    } else if (length < 0x10000) {
      bytes[this.position] = 0xc8;
      this.view.setUint16(this.position + 1, length);
      this.position += 3;
    } else {
      bytes[this.position] = 0xc9;
      this.view.setUint32(this.position + 1, length);
      this.position += 5;
    }
    bytes[this.position++] = type;
  }

  /** An extension whose payload is one unsigned integer below 2 ** 32, in 1, 2 or 4 bytes. */
  extensionUint(type: number, value: number): void {
    this.ensureSlack();
    const { bytes } = this;
    if (value < 0x100) {
      bytes[this.position++] = 0xd4;
      bytes[this.position++] = type;
      bytes[this.position++] = value;
    } else if (value < 0x10000) {
      bytes[this.position++] = 0xd5;
      bytes[this.position++] = type;
      bytes[this.position++] = value >> 8;
      bytes[this.position++] = value;
    } else {
      bytes[this.position++] = 0xd6;
      bytes[this.position++] = type;
      this.view.setUint32(this.position, value);
      this.position += 4;
    }
  }

  /** A time as a 64-bit float. */
  date(time: number): void {
    this.ensureSlack();
    this.bytes[this.position++] = 0xd7;
    this.bytes[this.position++] = EXT.date;
    this.view.setFloat64(this.position, time);
    this.position += 8;
  }

  /** Bytes, as they are. */
  binary(data: Uint8Array): void {
    this.ensure(data.length + 5);
    const { length } = data;
    if (length < 0x100) {
      this.bytes[this.position++] = 0xc4;
      this.bytes[this.position++] = length;
    } else if (length < 0x10000) {
      this.bytes[this.position] = 0xc5;
      this.view.setUint16(this.position + 1, length);
      this.position += 3;
    } else {
      this.bytes[this.position] = 0xc6;
      this.view.setUint32(this.position + 1, length);
      this.position += 5;
    }
    this.raw(data);
  }

  /** Bytes without a head. */
  raw(data: Uint8Array): void {
    this.ensure(data.length);
    this.bytes.set(data, this.position);
    this.position += data.length;
  }

  /** Any string, also one with lone surrogates. */
  string(text: string): void {
    const { length } = text;
    if (length < 48) {
      this.ensureSlack();
      const start = this.position;
      const { bytes } = this;
      let at = start + (length < 32 ? 1 : 2);
      let i = 0;
      for (; i < length; i++) {
        const unit = text.charCodeAt(i);
        if (unit > 0x7f) break;
        bytes[at++] = unit;
      }
      if (i === length) {
        if (length < 32) bytes[start] = 0xa0 | length;
        else {
          bytes[start] = 0xd9;
          bytes[start + 1] = length;
        }
        this.position = at;
      } else this.#short(text);
    } else this.#long(text);
  }

  /**
   * A string as UTF-8, whatever its length: for readers that know nothing of blocks.
   *
   * @returns Whether it can be: a lone surrogate cannot, and nothing was written then.
   */
  utf8(text: string): boolean {
    this.ensure(text.length * 3 + 5);
    const count = encodeUtf8(text, this.bytes, this.position + 5);
    if (count < 0) return false;
    const head = count < 32 ? 1 : count < 0x100 ? 2 : count < 0x10000 ? 3 : 5;
    this.bytes.copyWithin(this.position + head, this.position + 5, this.position + 5 + count);
    if (head === 1) {
      this.bytes[this.position] = 0xa0 | count;
      this.position += 1 + count;
    } else this.#textHead(count, head, count);
    return true;
  }

  /** Any number but -0, in the shortest token that MessagePack has for it. */
  plainNumber(value: number): void {
    if (value >= 64 && value < 128 && value % 1 === 0) this.byte(value);
    else this.number(value);
  }

  /** A short string that is not ASCII. */
  #short(text: string): void {
    this.ensure(text.length * 3);
    const count = encodeUtf8(text, this.bytes, this.position + 2);
    if (count < 0) this.#utf16(text);
    else if (count < 32) {
      this.bytes[this.position] = 0xa0 | count;
      this.bytes.copyWithin(this.position + 1, this.position + 2, this.position + 2 + count);
      this.position += 1 + count;
    } else {
      this.bytes[this.position] = 0xd9;
      this.bytes[this.position + 1] = count;
      this.position += 2 + count;
    }
  }

  #long(text: string): void {
    const { length } = text;
    // A block of UTF-16 is written 10 and read 6 times as fast as UTF-8 that is not ASCII.
    if (looksWide(text) || !isOneByte(text)) this.#utf16(text);
    else {
      this.ensure(length + 6);
      const head = length < 0x100 ? 2 : length < 0x10000 ? 3 : 5;
      const start = this.position + head;
      // ASCII is UTF-8 as it is.
      writeLatin1(text, this.bytes, start);
      if (isAsciiBetween(this.bytes, start, start + length)) this.#textHead(length, head, length);
      else this.#latin1(text);
    }
  }

  #textHead(length: number, head: number, count: number): void {
    const { bytes, position } = this;
    if (head === 2) {
      bytes[position] = 0xd9;
      bytes[position + 1] = length;
    } else if (head === 3) {
      bytes[position] = 0xda;
      this.view.setUint16(position + 1, length);
    } else {
      bytes[position] = 0xdb;
      this.view.setUint32(position + 1, length);
    }
    this.position += head + count;
  }

  #latin1(text: string): void {
    this.extension(EXT.latin1, text.length);
    this.ensure(text.length);
    writeLatin1(text, this.bytes, this.position);
    this.position += text.length;
  }

  #utf16(text: string): void {
    this.extension(EXT.utf16, text.length * 2);
    this.ensure(text.length * 2);
    writeUtf16(text, this.bytes, this.position);
    this.position += text.length * 2;
  }
}
