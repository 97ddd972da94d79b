import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';

/** What can be in a {@link ShareableList}. */
export type ShareableItem = number | bigint | boolean | string | Uint8Array | null | undefined;

// An item is a byte that says its kind, and what follows from the eighth byte on; for those of no fixed length, their
// length in bytes is in the four bytes before that.
const KIND = { undefined: 0, null: 1, false: 2, true: 3, number: 4, bigint: 5, latin1: 6, utf16: 7, bytes: 8 } as const;
const HEAD_BYTES = 8;
const NUMBER_BYTES = 8;

/** How many bytes an item takes. @throws ProcessError with code `MP_ARGUMENT` where it cannot be in a list. */
export function itemBytes(item: ShareableItem): number {
  switch (typeof item) {
    case 'number':
      return HEAD_BYTES + NUMBER_BYTES;
    case 'bigint':
      if (BigInt.asIntN(64, item) !== item)
        throw new ProcessError(PROCESS_ERROR_CODES.argument, `${item} has more than 64 bits, and cannot be in a list.`);
      return HEAD_BYTES + NUMBER_BYTES;
    case 'string':
      return HEAD_BYTES + (isLatin1(item) ? item.length : item.length * 2);
    case 'boolean':
    case 'undefined':
      return HEAD_BYTES;
    default:
      if (item === null) return HEAD_BYTES;
      if (Object.prototype.toString.call(item) === '[object Uint8Array]') return HEAD_BYTES + item.length;
      throw new ProcessError(
        PROCESS_ERROR_CODES.argument,
        `${String(item)} cannot be in a list: there are numbers, bigints, booleans, strings, Uint8Arrays, null and undefined.`,
      );
  }
}

/** Writes an item. There must be room for it. */
export function writeItem(bytes: Buffer, at: number, item: ShareableItem): void {
  const data = at + HEAD_BYTES;
  if (typeof item === 'number') {
    bytes.writeDoubleLE(item, data);
    bytes[at] = KIND.number;
  } else if (typeof item === 'bigint') {
    bytes.writeBigInt64LE(item, data);
    bytes[at] = KIND.bigint;
  } else if (typeof item === 'string') {
    // UTF-16 as it is: lone surrogates are kept.
    const kind = isLatin1(item) ? KIND.latin1 : KIND.utf16;
    bytes.writeUInt32LE(bytes.write(item, data, kind === KIND.latin1 ? 'latin1' : 'utf16le'), at + 4);
    bytes[at] = kind;
  } else if (typeof item === 'object' && item !== null) {
    bytes.set(item, data);
    bytes.writeUInt32LE(item.length, at + 4);
    bytes[at] = KIND.bytes;
  } else bytes[at] = item === undefined ? KIND.undefined : item === null ? KIND.null : item ? KIND.true : KIND.false;
}

/** Reads an item. @param room - How many bytes are its own. */
export function readItem(bytes: Buffer, at: number, room: number): ShareableItem {
  const data = at + HEAD_BYTES;
  if (room < HEAD_BYTES || at + room > bytes.length) throw damaged();
  switch (bytes[at]) {
    case KIND.undefined:
      return undefined;
    case KIND.null:
      return null;
    case KIND.false:
      return false;
    case KIND.true:
      return true;
    case KIND.number:
      return bytes.readDoubleLE(data);
    case KIND.bigint:
      return bytes.readBigInt64LE(data);
  }
  const length = bytes.readUInt32LE(at + 4);
  if (HEAD_BYTES + length > room) throw damaged();
  switch (bytes[at]) {
    case KIND.latin1:
      return bytes.toString('latin1', data, data + length);
    case KIND.utf16:
      return bytes.toString('utf16le', data, data + length);
    case KIND.bytes:
      return Uint8Array.from(bytes.subarray(data, data + length));
    default:
      throw damaged();
  }
}

function isLatin1(text: string): boolean {
  return !/[^\0-\xff]/.test(text);
}

function damaged(): ProcessError {
  return new ProcessError(PROCESS_ERROR_CODES.layout, 'An item of a shared list is damaged: it was written over.');
}
