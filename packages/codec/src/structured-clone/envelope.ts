import { createHmac, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { SERIALIZE_ERROR_CODES as CODES, SerializeError } from '../serialize-error.js';

/*
 * Layout of a body. All numbers are little-endian.
 *
 *   0  2  magic "MC"
 *   2  1  format version
 *   3  1  flags
 *   4  4  length of the content
 *   8  4  CRC-32 of the eight bytes before it and of the content
 *  12  …  content: what `node:v8` wrote
 *   …  32 HMAC-SHA256 of binding, header, content and all buffers, if the flag says so
 */
const MAGIC_0 = 0x4d;
const MAGIC_1 = 0x43;
const VERSION = 1;
const CHECKSUM_OFFSET = 8;
const HEADER_BYTES = 12;
const SIGNATURE_BYTES = 32;
const MAX_CONTENT_BYTES = 2 ** 32 - 1;

/** What a body's flags say. */
export const FLAG = { session: 1, signed: 2 } as const;

const KNOWN_FLAGS = FLAG.session | FLAG.signed;

/** What a body is signed with, and for which use: a signature for one use fits no other. */
export interface Seal {
  readonly key: Uint8Array;
  readonly binding: string;
}

/** An opened body. */
export interface Opened {
  readonly flags: number;
  /** A part of the body. */
  readonly content: Uint8Array;
}

/** Puts header and checksum before the content and, where there is a seal, the signature after it. */
export function close(content: Uint8Array, flags: number, buffers: readonly Uint8Array[], seal?: Seal): Uint8Array {
  if (content.byteLength > MAX_CONTENT_BYTES) {
    throw new SerializeError(
      CODES.limit,
      `The value has ${content.byteLength} bytes, more than the format holds.\nSet outOfBandBytes.`,
    );
  }
  const body = new Uint8Array(HEADER_BYTES + content.byteLength + (seal === undefined ? 0 : SIGNATURE_BYTES));
  body[0] = MAGIC_0;
  body[1] = MAGIC_1;
  body[2] = VERSION;
  body[3] = seal === undefined ? flags : flags | FLAG.signed;
  body.set(content, HEADER_BYTES);
  const header = new DataView(body.buffer);
  header.setUint32(4, content.byteLength, true);
  header.setUint32(CHECKSUM_OFFSET, checksum(body, content), true);
  if (seal !== undefined)
    body.set(sign(body.subarray(0, -SIGNATURE_BYTES), buffers, seal), HEADER_BYTES + content.byteLength);
  return body;
}

/** @throws SerializeError where the body is not a whole, undamaged body of this format. */
export function open(body: Uint8Array, maxBodyBytes: number): Opened {
  if (Object.prototype.toString.call(body) !== '[object Uint8Array]') {
    throw new SerializeError(
      CODES.foreign,
      'A payload is { body: Uint8Array, buffers, attachments }, and this has no such body.',
    );
  }
  if (body.byteLength > maxBodyBytes) {
    throw new SerializeError(
      CODES.limit,
      `The payload has ${body.byteLength} bytes, and limits.maxBodyBytes is ${maxBodyBytes}.`,
    );
  }
  if (body.byteLength < HEADER_BYTES) {
    throw new SerializeError(CODES.truncated, `The payload has ${body.byteLength} bytes, fewer than its header.`);
  }
  if (body[0] !== MAGIC_0 || body[1] !== MAGIC_1) {
    throw new SerializeError(
      CODES.foreign,
      'The payload was not written by the structured-clone codec.\nBoth ends of a channel must use the same codec.',
    );
  }
  const version = body[2] as number;
  if (version > VERSION) {
    throw new SerializeError(
      CODES.version,
      `The payload has format version ${version}, and this codec reads up to ${VERSION}.\nUpdate @mp/codec here.`,
    );
  }
  const flags = body[3] as number;
  const header = new DataView(body.buffer, body.byteOffset, HEADER_BYTES);
  const end = HEADER_BYTES + header.getUint32(4, true);
  const expected = end + ((flags & FLAG.signed) === 0 ? 0 : SIGNATURE_BYTES);
  if (body.byteLength < expected) {
    throw new SerializeError(CODES.truncated, `The payload has ${body.byteLength} bytes of ${expected}.`);
  }
  const content = body.subarray(HEADER_BYTES, end);
  const isWhole = body.byteLength === expected && version === VERSION && (flags & ~KNOWN_FLAGS) === 0;
  if (!isWhole || checksum(body, content) !== header.getUint32(CHECKSUM_OFFSET, true)) {
    throw new SerializeError(CODES.damaged, 'The payload is damaged: its checksum does not fit.');
  }
  return { flags, content };
}

/** Whether an opened body carries the signature that its content, the buffers and the use of the seal demand. */
export function isSignedBy(seal: Seal, body: Uint8Array, flags: number, buffers: readonly Uint8Array[]): boolean {
  if ((flags & FLAG.signed) === 0) return false;
  const signature = body.subarray(body.byteLength - SIGNATURE_BYTES);
  return timingSafeEqual(sign(body.subarray(0, body.byteLength - SIGNATURE_BYTES), buffers, seal), signature);
}

function checksum(header: Uint8Array, content: Uint8Array): number {
  return crc32(content, crc32(header.subarray(0, CHECKSUM_OFFSET)));
}

function sign(signed: Uint8Array, buffers: readonly Uint8Array[], { key, binding }: Seal): Uint8Array {
  // The codec's id first: the same key may serve other codecs. No part can run into the next: the binding's length is
  // stated, the body's and the buffers' lengths are in the body.
  const prefix = `mp.structured-clone/1 ${binding.length} ${binding}`;
  const hmac = createHmac('sha256', key).update(prefix).update(signed);
  for (const buffer of buffers) hmac.update(buffer);
  return hmac.digest();
}
