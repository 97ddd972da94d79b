import { createHmac, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ResolvedContext } from '../resolve-context.js';
import { SERIALIZE_ERROR_CODES as CODES, SerializeError } from '../serialize-error.js';

/*
 * Layout of a body. All numbers are little-endian.
 *
 *   0  2  magic "MC"
 *   2  1  format version
 *   3  1  flags
 *   4  4  CRC-32 of the four bytes before it and of the content
 *   8  …  content: what `node:v8` wrote
 *   …  32 HMAC-SHA256 of header, content and all buffers, if the flag says so
 */
const MAGIC_0 = 0x4d;
const MAGIC_1 = 0x43;
const VERSION = 1;
const HEADER_BYTES = 8;
const SIGNATURE_BYTES = 32;

/** What a body's flags say. */
export const FLAG = { session: 1, reductions: 2, signed: 4 } as const;

/** Puts header, checksum and, where the context has a key and the flags tell of handles, the signature around the content. */
export function seal(
  content: Uint8Array,
  flags: number,
  buffers: readonly Uint8Array[],
  context: ResolvedContext,
): Uint8Array {
  const key = typeof context.trust === 'object' && (flags & FLAG.reductions) !== 0 ? context.trust.key : undefined;
  const body = new Uint8Array(HEADER_BYTES + content.byteLength + (key === undefined ? 0 : SIGNATURE_BYTES));
  body[0] = MAGIC_0;
  body[1] = MAGIC_1;
  body[2] = VERSION;
  body[3] = key === undefined ? flags : flags | FLAG.signed;
  body.set(content, HEADER_BYTES);
  new DataView(body.buffer).setUint32(4, checksum(body, content), true);
  if (key !== undefined)
    body.set(sign(body.subarray(0, -SIGNATURE_BYTES), buffers, key), body.byteLength - SIGNATURE_BYTES);
  return body;
}

/** The flags and the content of a body whose checksum fits. The content is a part of the body. */
export function open(
  body: Uint8Array,
  context: ResolvedContext,
): { readonly flags: number; readonly content: Uint8Array } {
  if (body.byteLength > context.limits.maxBodyBytes) {
    throw new SerializeError(
      CODES.limit,
      `The payload has ${body.byteLength} bytes, and limits.maxBodyBytes is ${context.limits.maxBodyBytes}.`,
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
  if ((body[2] as number) > VERSION) {
    throw new SerializeError(
      CODES.version,
      `The payload has format version ${body[2]}, and this codec reads up to ${VERSION}.\nUpdate @mp/codec here.`,
    );
  }
  const flags = body[3] as number;
  const end = body.byteLength - ((flags & FLAG.signed) === 0 ? 0 : SIGNATURE_BYTES);
  const content = body.subarray(HEADER_BYTES, Math.max(end, HEADER_BYTES));
  const expected = new DataView(body.buffer, body.byteOffset).getUint32(4, true);
  if (end < HEADER_BYTES || checksum(body, content) !== expected) {
    throw new SerializeError(CODES.damaged, 'The payload is damaged: its checksum does not fit.');
  }
  return { flags, content };
}

/** Refuses handles in a payload that nothing proves to come from the family. */
export function checkTrust(
  body: Uint8Array,
  flags: number,
  buffers: readonly Uint8Array[],
  context: ResolvedContext,
): void {
  if ((flags & FLAG.reductions) === 0 || context.trust === 'trusted') return;
  if (context.trust === 'untrusted') {
    throw new SerializeError(
      CODES.untrusted,
      'The payload holds handles, and reviving a handle acts.\nPass { trust: { key } } or, for bytes that you trust, { trust: "trusted" }.',
    );
  }
  const fits =
    (flags & FLAG.signed) !== 0 &&
    timingSafeEqual(
      sign(body.subarray(0, -SIGNATURE_BYTES), buffers, context.trust.key),
      body.subarray(-SIGNATURE_BYTES),
    );
  if (!fits) throw new SerializeError(CODES.signature, 'The payload holds handles and is not signed with this key.');
}

function checksum(header: Uint8Array, content: Uint8Array): number {
  return crc32(content, crc32(header.subarray(0, 4)));
}

function sign(signed: Uint8Array, buffers: readonly Uint8Array[], key: Uint8Array): Uint8Array {
  const hmac = createHmac('sha256', key).update(signed);
  // The lengths are in the content, so that bytes cannot be moved from one buffer to the next.
  for (const buffer of buffers) hmac.update(buffer);
  return hmac.digest();
}
