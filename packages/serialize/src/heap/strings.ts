import { byteStrings } from '../model/platform.js';
import { instanceTypeOf } from './hidden-class-words.js';
import type { HeapView } from './object-table.js';

// How V8 represents strings (`src/objects/string.h`, `instance-type.h`, the same from V8 11 to 14): the hidden class, a hash of
// 32 bits, a length of 32 bits; then the characters, or where they are.

const FIRST_CHARACTER = 16;
const MAX_STRING_TYPE = 0x7f;
const REPRESENTATION = 7;
const REPRESENTATIONS = { sequence: 0, concatenation: 1, external: 2, slice: 3, forwarded: 5 } as const;
const ONE_BYTE = 8;
/** An external string whose characters' place is not kept in it. */
const UNCACHED = 16;

/** Where characters are. */
interface Piece {
  readonly pointer: number;
  readonly from: number;
  readonly length: number;
}

/**
 * The characters of a string from one on; `undefined` where its representation is not known. Strings are not objects: nothing
 * but their memory is to be had of one that an object keeps in a hidden slot.
 */
export function stringAt(view: HeapView, pointer: number, from: number): string | undefined {
  const whole = lengthAt(view, pointer);
  if (from > whole) return undefined;
  const texts: string[] = [];
  // Concatenations may be as deep as they are long.
  const pieces: Piece[] = [{ pointer, from, length: whole - from }];
  for (let piece = pieces.pop(); piece !== undefined; piece = pieces.pop()) {
    if (piece.length === 0) continue;
    const parts = partsOf(view, piece);
    if (parts === undefined) return undefined;
    if (typeof parts === 'string') texts.push(parts);
    else pieces.push(...parts);
  }
  return texts.join('');
}

function lengthAt(view: HeapView, pointer: number): number {
  return view.words(pointer, 2).high(1);
}

/** The characters of a piece, or the pieces that it consists of, last one first. */
function partsOf(view: HeapView, piece: Piece): string | readonly Piece[] | undefined {
  const type = instanceTypeOf(view, piece.pointer);
  if (type === undefined || type > MAX_STRING_TYPE) return undefined;
  const { from, length } = piece;
  const words = view.words(piece.pointer, 4);
  const isOneByte = (type & ONE_BYTE) !== 0;
  switch (type & REPRESENTATION) {
    case REPRESENTATIONS.sequence:
      return characters(view, piece.pointer - 1 + FIRST_CHARACTER, piece, isOneByte);
    case REPRESENTATIONS.external:
      return (type & UNCACHED) === 0 ? characters(view, words.raw(3), piece, isOneByte) : undefined;
    case REPRESENTATIONS.slice: {
      const parent = words.pointer(2);
      const offset = words.integer(3);
      return parent === undefined || offset === undefined
        ? undefined
        : [{ pointer: parent, from: offset + from, length }];
    }
    case REPRESENTATIONS.forwarded: {
      const actual = words.pointer(2);
      return actual === undefined ? undefined : [{ pointer: actual, from, length }];
    }
    case REPRESENTATIONS.concatenation: {
      const first = words.pointer(2);
      const second = words.pointer(3);
      if (first === undefined || second === undefined) return undefined;
      const ofFirst = lengthAt(view, first);
      const inFirst = Math.max(0, Math.min(length, ofFirst - from));
      return [
        { pointer: second, from: Math.max(0, from - ofFirst), length: length - inFirst },
        { pointer: first, from, length: inFirst },
      ];
    }
    default:
      return undefined;
  }
}

function characters(view: HeapView, address: number, { from, length }: Piece, isOneByte: boolean): string | undefined {
  const width = isOneByte ? 1 : 2;
  const bytes = view.bytes(address + from * width, length * width);
  return isOneByte
    ? byteStrings?.latin1Slice.call(bytes, 0, bytes.byteLength)
    : byteStrings?.ucs2Slice.call(bytes, 0, bytes.byteLength);
}
