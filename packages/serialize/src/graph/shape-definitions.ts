import type { ByteReader } from '../wire/byte-reader.js';
import type { ReaderShape } from './reader-shapes.js';

/** A definition as it stood in a payload, and what it says. */
interface Definition {
  readonly bytes: Uint8Array;
  readonly shape: ReaderShape;
  /** By which number a key was named; -1 where it was spelled out. */
  readonly ids: readonly number[];
}

const SLOTS = 1024;
/** So many keys tell definitions from each other well enough. */
const HASHED_KEYS = 3;
/** Longer definitions are as well read key by key. */
const MAX_BYTES = 1024;

const definitions: (Definition | undefined)[] = new Array<Definition | undefined>(SLOTS).fill(undefined);

/** Where a definition of `count` keys that stands at the reader's position would be kept; -1 where it would not. */
export function placeOf({ bytes, position, end }: ByteReader, count: number): number {
  let hash = count;
  let at = position;
  for (let i = 0; i < count && i < HASHED_KEYS; i++) {
    const token = bytes[at]!;
    if (token < 0x80) {
      hash = Math.imul(hash, 31) + token;
      at++;
    } else {
      // A short string, in front of which nothing else but a number can stand.
      if (token < 0xa1 || token >= 0xc0) return -1;
      const length = token & 31;
      if (at + length >= end) return -1;
      hash = Math.imul(hash, 31) + token + (bytes[at + 1]! << 6) + (bytes[at + length]! << 12);
      at += length + 1;
    }
  }
  return (hash ^ (hash >>> 10) ^ (hash >>> 20)) & (SLOTS - 1);
}

/**
 * Reads a definition that is known from an earlier payload: byte by byte it is compared in less time than its keys are
 * read.
 *
 * @param keys - The keys that are known, to which those of the definition are added.
 * @returns The shape; `undefined` where it is not known, and nothing was read.
 */
export function readKnown(source: ByteReader, count: number, place: number, keys: string[]): ReaderShape | undefined {
  const known = definitions[place];
  if (known === undefined) return undefined;
  const { shape, ids } = known;
  if (ids.length !== count) return undefined;
  const expected = known.bytes;
  const { bytes, position } = source;
  const { length } = expected;
  if (position + length > source.end) return undefined;
  for (let i = 0; i < length; i++) if (bytes[position + i] !== expected[i]) return undefined;
  const before = keys.length;
  for (let i = 0; i < count; i++) {
    const id = ids[i]!;
    const key = shape.keys[i]!;
    if (id < 0) keys.push(key);
    else if (keys[id] !== key) {
      // The same number names another key here.
      keys.length = before;
      return undefined;
    }
  }
  source.position = position + length;
  return shape;
}

/** Keeps a definition that was read. @param ids - By which numbers its keys were named. */
export function keep(
  source: ByteReader,
  start: number,
  place: number,
  shape: ReaderShape,
  ids: readonly number[],
): void {
  const length = source.position - start;
  if (length > MAX_BYTES) return;
  definitions[place] = { bytes: source.bytes.slice(start, source.position), shape, ids };
}
