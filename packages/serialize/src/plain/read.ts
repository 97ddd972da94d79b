import { SERIALIZE_ERROR_CODES as CODES, type CodecLimits, SerializeError } from '@mp/codec';
import { ByteReader, damaged } from '../wire/byte-reader.js';

/** Deeper than any MessagePack that programs write, and safe on the stack. */
const MAX_DEPTH = 1000;

/**
 * Reads MessagePack of anybody's making: nil, booleans, numbers, strings, binary data, arrays, maps and timestamps.
 * A map with string keys becomes a plain object, any other a `Map`; 64-bit integers that a number cannot hold
 * become big integers.
 *
 * @throws SerializeError for anything else.
 */
export function readPlain(bytes: Uint8Array, limits: CodecLimits): unknown {
  const reader = new PlainReader(new ByteReader(bytes, 0, bytes.length), limits);
  const value = reader.value(0);
  reader.finish();
  return value;
}

class PlainReader {
  readonly #source: ByteReader;
  readonly #maxDepth: number;

  constructor(source: ByteReader, limits: CodecLimits) {
    this.#source = source;
    this.#maxDepth = Math.min(MAX_DEPTH, limits.maxDepth);
  }

  finish(): void {
    if (this.#source.position !== this.#source.end) throw damaged(this.#source.position, 'more than one value');
  }

  value(depth: number): unknown {
    if (depth > this.#maxDepth) {
      throw new SerializeError(CODES.limit, `The bytes nest deeper than ${this.#maxDepth}.`);
    }
    const source = this.#source;
    const token = source.byte();
    if (token < 0x80) return token;
    if (token >= 0xe0) return token - 256;
    if (token < 0x90) return this.#map(token & 15, depth);
    if (token < 0xa0) return this.#array(token & 15, depth);
    if (token < 0xc0) return source.text(token & 31);
    const { view } = source;
    // biome-ignore format: a table
    switch (token) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xc4: return this.#binary(source.byte());
      case 0xc5: return this.#binary(view.getUint16(source.take(2)));
      case 0xc6: return this.#binary(view.getUint32(source.take(4)));
      case 0xc7: return this.#extension(source.byte());
      case 0xca: return view.getFloat32(source.take(4));
      case 0xcb: return view.getFloat64(source.take(8));
      case 0xcc: return source.byte();
      case 0xcd: return view.getUint16(source.take(2));
      case 0xce: return view.getUint32(source.take(4));
      case 0xcf: return narrow(view.getBigUint64(source.take(8)));
      case 0xd0: return view.getInt8(source.take(1));
      case 0xd1: return view.getInt16(source.take(2));
      case 0xd2: return view.getInt32(source.take(4));
      case 0xd3: return narrow(view.getBigInt64(source.take(8)));
      case 0xd6: return this.#extension(4);
      case 0xd7: return this.#extension(8);
      case 0xd9: return source.text(source.byte());
      case 0xda: return source.text(view.getUint16(source.take(2)));
      case 0xdb: return source.text(view.getUint32(source.take(4)));
      case 0xdc: return this.#array(view.getUint16(source.take(2)), depth);
      case 0xdd: return this.#array(view.getUint32(source.take(4)), depth);
      case 0xde: return this.#map(view.getUint16(source.take(2)), depth);
      case 0xdf: return this.#map(view.getUint32(source.take(4)), depth);
      default: throw damaged(source.position - 1, `the token 0x${token.toString(16)}, which is not understood,`);
    }
  }

  #binary(length: number): Uint8Array {
    const at = this.#source.take(length);
    // A Node Buffer would slice its memory, not copy it.
    return Uint8Array.prototype.slice.call(this.#source.bytes, at, at + length);
  }

  #array(length: number, depth: number): unknown[] {
    const source = this.#source;
    if (length > source.end - source.position) source.take(length);
    const array: unknown[] = [];
    for (let i = 0; i < length; i++) array.push(this.value(depth + 1));
    return array;
  }

  #map(size: number, depth: number): unknown {
    const source = this.#source;
    if (size * 2 > source.end - source.position) source.take(size * 2);
    const entries: [unknown, unknown][] = [];
    let isRecord = true;
    for (let i = 0; i < size; i++) {
      const key = this.value(depth + 1);
      isRecord &&= typeof key === 'string';
      entries.push([key, this.value(depth + 1)]);
    }
    // Defines own properties, also one named __proto__.
    return isRecord ? Object.fromEntries(entries) : new Map(entries);
  }

  /** The timestamp of the MessagePack specification: 32, 64 or 96 bits. */
  #extension(length: number): Date {
    const source = this.#source;
    const type = source.byte();
    const at = source.take(length);
    const { view } = source;
    if (type === 0xff && length === 4) return new Date(view.getUint32(at) * 1000);
    if (type === 0xff && length === 8) {
      const bits = view.getBigUint64(at);
      return new Date(Number(bits & 0x3ffffffffn) * 1000 + Number(bits >> 34n) / 1e6);
    }
    if (type === 0xff && length === 12) {
      return new Date(Number(view.getBigInt64(at + 4)) * 1000 + view.getUint32(at) / 1e6);
    }
    throw damaged(at, `the extension type ${type}, which is not understood,`);
  }
}

function narrow(value: bigint): number | bigint {
  return value >= -0x1fffffffffffffn && value <= 0x1fffffffffffffn ? Number(value) : value;
}
