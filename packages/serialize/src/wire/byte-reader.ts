import { SERIALIZE_ERROR_CODES as CODES, SerializeError } from '@mp/codec';
import { LITTLE_ENDIAN } from '../model/platform.js';
import { EXT } from '../model/tags.js';
import { readShortText, SHORT_TEXT } from './short-text.js';
import { readLatin1, readUtf8, readUtf16 } from './text.js';

/** Reads MessagePack tokens. Every length is held against what is left before anything is allocated. */
export class ByteReader {
  readonly bytes: Uint8Array;
  #view: DataView | undefined;
  #floats = 0;
  /** Where the next byte is. */
  position: number;
  /** Where the bytes end. */
  readonly end: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  /** The bytes up to the end. Made when it is needed: it costs as much as reading twenty numbers without it. */
  get view(): DataView {
    this.#view ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.end);
    return this.#view;
  }

  /** An unsigned number of two bytes that were taken. */
  uint16(at: number): number {
    return (this.bytes[at]! << 8) | this.bytes[at + 1]!;
  }

  /** An unsigned number of four bytes that were taken. */
  uint32(at: number): number {
    const { bytes } = this;
    return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
  }

  /** A float of eight bytes that were taken. */
  float64(at: number): number {
    if (this.#floats >= FLOATS_WITHOUT_VIEW || !LITTLE_ENDIAN) return this.view.getFloat64(at);
    this.#floats++;
    floatWords[1] = this.uint32(at);
    floatWords[0] = this.uint32(at + 4);
    return float[0]!;
  }

  /** Takes `count` bytes, and says where they begin. */
  take(count: number): number {
    const start = this.position;
    if (count > this.end - start) throw truncated(start);
    this.position = start + count;
    return start;
  }

  /** The next byte. */
  byte(): number {
    if (this.position >= this.end) throw truncated(this.position);
    return this.bytes[this.position++]!;
  }

  /** An unsigned integer token below 2 ** 53. */
  uint(): number {
    const token = this.byte();
    if (token < 0x80) return token;
    switch (token) {
      case 0xcc:
        return this.byte();
      case 0xcd:
        return this.uint16(this.take(2));
      case 0xce:
        return this.uint32(this.take(4));
      case 0xcb: {
        const value = this.float64(this.take(8));
        if (Number.isSafeInteger(value) && value >= 0) return value;
        throw damaged(this.position - 9, 'a number that is not an unsigned integer');
      }
      default:
        throw damaged(this.position - 1, 'a token that is not an unsigned integer');
    }
  }

  /** An unsigned integer token that counts things of at least `size` bytes each which are still to come. */
  count(size: number): number {
    const at = this.position;
    const count = this.uint();
    if (count * size > this.end - this.position) throw truncated(at);
    return count;
  }

  /** The payload of an extension that is one unsigned integer of `length` bytes. */
  extensionUint(length: number): number {
    const at = this.take(length);
    if (length === 1) return this.bytes[at]!;
    if (length === 2) return this.uint16(at);
    if (length === 4) return this.uint32(at);
    throw damaged(at, 'an extension of an unexpected length');
  }

  /** A string of `length` bytes, its head already read. */
  text(length: number): string {
    const { bytes } = this;
    const at = this.take(length);
    return length > SHORT_TEXT ? readUtf8(bytes, at, at + length) : readShortText(bytes, at, length);
  }

  /**
   * A key: a short string, its head not yet read. Programs have few different keys, so they are kept: finding one
   * by its bytes costs less than making a string, and equal keys are then one string.
   */
  key(): string {
    const length = this.byte() & 31;
    const { bytes } = this;
    const at = this.take(length);
    if (length === 0) return '';
    const last = at + length - 1;
    // Names that are counted through (`column1`, `column12`) differ in their last bytes.
    let hash = Math.imul(length, 31) + bytes[at]!;
    hash = Math.imul(hash, 31) + bytes[at + (length >> 1)]!;
    if (length > 2) hash = Math.imul(hash, 31) + bytes[last - 1]!;
    hash = Math.imul(hash, 31) + bytes[last]!;
    const slot = (hash ^ (hash >>> 10)) & (KEY_SLOTS - 1);
    const known = keys[slot];
    if (known !== undefined && known.bytes.length === length) {
      let i = 0;
      while (i < length && known.bytes[i] === bytes[at + i]) i++;
      if (i === length) return known.text;
    }
    const text = length > SHORT_TEXT ? readUtf8(bytes, at, at + length) : readShortText(bytes, at, length);
    // Names that are met once are not kept: to keep one costs more than to read it.
    if (missed[slot] === hash) keys[slot] = { bytes: bytes.slice(at, at + length), text };
    else missed[slot] = hash;
    return text;
  }

  /** The string that an extension of `length` bytes holds; `undefined`, and nothing is read, where it is none of a string. */
  extensionText(type: number, length: number): string | undefined {
    if (type !== EXT.utf16 && type !== EXT.latin1) return undefined;
    const at = this.take(length);
    if (type === EXT.latin1) return readLatin1(this.bytes, at, at + length);
    if (length % 2 !== 0) throw damaged(this.position, 'half a UTF-16 unit');
    return readUtf16(this.bytes, at, at + length);
  }

  /** Bytes behind a head of binary data. They alias the input. */
  binary(): Uint8Array {
    const token = this.byte();
    const length =
      token === 0xc4
        ? this.byte()
        : token === 0xc5
          ? this.uint16(this.take(2))
          : token === 0xc6
            ? this.uint32(this.take(4))
            : -1;
    if (length < 0) throw damaged(this.position - 1, 'a token that is not binary data');
    const at = this.take(length);
    return this.bytes.subarray(at, at + length);
  }
}

const KEY_SLOTS = 1024;
/** The hash of the last name that was not kept, by slot. */
const missed = new Int32Array(KEY_SLOTS);

/** So many floats are read in the time that a view takes to make. */
const FLOATS_WITHOUT_VIEW = 4;
const floatWords = new Uint32Array(2);
const float = new Float64Array(floatWords.buffer);

const keys: ({ readonly bytes: Uint8Array; readonly text: string } | undefined)[] = new Array(KEY_SLOTS).fill(
  undefined,
);

/** The error for bytes that end too early. */
export function truncated(at: number): SerializeError {
  return new SerializeError(
    CODES.truncated,
    `The payload ends before it is complete: more was expected at byte ${at}.\nCheck that all of it was read or received.`,
  );
}

/** The error for bytes that this format cannot contain. */
export function damaged(at: number, what: string): SerializeError {
  return new SerializeError(CODES.damaged, `The payload is damaged: ${what} at byte ${at}.`);
}
