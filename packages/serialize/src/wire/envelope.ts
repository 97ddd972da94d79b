import { SERIALIZE_ERROR_CODES as CODES, SerializeError } from '@mp/codec';
import { EXT } from '../model/tags.js';
import { truncated } from './byte-reader.js';
import { blockChecksum, crc32 } from './checksum.js';

/**
 * The frame around the values: ten bytes in front, which are a MessagePack extension of eight bytes.
 *
 * | byte | what |
 * | --- | --- |
 * | 0, 1 | 0xd7 and the extension type of the header |
 * | 2 to 5 | checksum of everything behind it: CRC-32, or that of blocks |
 * | 6 | version of the format |
 * | 7 | flags |
 * | 8, 9 | one-shot: the length of the body modulo 2 ** 16; session: position in the session, length modulo 2 ** 8 |
 */
export const HEADER_BYTES = 10;

/** The version of the format that this code writes, and the newest that it reads. */
export const FORMAT_VERSION = 1;

export const FLAG = {
  /** Something refers back: the reader must count objects. */
  refersBack: 1,
  /** Tables follow the values; the last token says where. */
  tables: 2,
  /** The body ends in a signature. */
  signed: 4,
  /** A message of a session. */
  session: 8,
  /** The first message of an epoch, which it names. */
  epoch: 16,
  /** The decoder forgets its oldest keys, shapes and texts before it reads on; how many of each stands in front of the value. */
  forget: 32,
  /** The values hold a way to a callable. */
  code: 64,
  /** The checksum is that of blocks; see {@link blockChecksum}. A matter of this file alone: it says nothing of the values. */
  blocks: 128,
} as const;

/** From so many bytes on the checksum is that of blocks. */
const BLOCKS_FROM = 32_768;

export interface Header {
  readonly flags: number;
  /** The last bits of a session message's epoch and sequence number. */
  readonly position: number;
}

/** Writes the header into the first bytes of a finished body. */
export function seal(body: Uint8Array, flags: number, position: number, seed: number): void {
  const length = body.length;
  body[0] = 0xd7;
  body[1] = EXT.header;
  body[6] = FORMAT_VERSION;
  const inBlocks = length >= BLOCKS_FROM;
  body[7] = flags | (inBlocks ? FLAG.blocks : 0);
  body[8] = flags & FLAG.session ? position : length >> 8;
  body[9] = length;
  const crc = inBlocks ? blockChecksum(body, CHECKED_FROM, seed) : crc32(body, CHECKED_FROM, seed);
  body[2] = crc >>> 24;
  body[3] = crc >>> 16;
  body[4] = crc >>> 8;
  body[5] = crc;
}

/** The checksum covers everything behind itself. */
const CHECKED_FROM = 6;

/** Reads the header, before anything is believed. */
export function openHeader(body: Uint8Array): Header {
  if (!(body instanceof Uint8Array) && Object.prototype.toString.call(body) !== '[object Uint8Array]') {
    throw new SerializeError(CODES.foreign, 'There is nothing to decode: expected a Uint8Array.');
  }
  if (body.length < HEADER_BYTES) {
    if (body.length < 2 ? body.length === 0 || body[0] === 0xd7 : body[0] === 0xd7 && body[1] === EXT.header) {
      throw truncated(body.length);
    }
    throw foreign();
  }
  if (body[0] !== 0xd7 || body[1] !== EXT.header) throw foreign();
  const version = body[6]!;
  if (version > FORMAT_VERSION) {
    throw new SerializeError(
      CODES.version,
      `The payload was written by version ${version} of the format, and this reader knows version ${FORMAT_VERSION}.\nUpdate @mp/serialize on the reading side.`,
    );
  }
  return { flags: body[7]! & ~FLAG.blocks, position: body[8]! };
}

/** Holds the bytes against their checksum and their length. */
export function verify(body: Uint8Array, seed: number): void {
  const isSession = (body[7]! & FLAG.session) !== 0;
  const modulus = isSession ? 0x100 : 0x10000;
  const written = isSession ? body[9]! : (body[8]! << 8) | body[9]!;
  const missing = (written - body.length) & (modulus - 1);
  const expected = ((body[2]! << 24) | (body[3]! << 16) | (body[4]! << 8) | body[5]!) >>> 0;
  const checksum = body[7]! & FLAG.blocks ? blockChecksum : crc32;
  if (missing === 0 && body[6]! > 0 && checksum(body, CHECKED_FROM, seed) === expected) return;
  if (missing > 0 && missing < modulus / 2) throw truncated(body.length);
  throw new SerializeError(
    CODES.damaged,
    'The payload is damaged: its checksum does not fit.\nSend or read it again; if it was edited on purpose, it cannot be used.',
  );
}

function foreign(): SerializeError {
  return new SerializeError(
    CODES.foreign,
    'The bytes are not a payload of this format: they do not begin with its header.\nFor plain MessagePack pass `format: "plain"`.',
  );
}
