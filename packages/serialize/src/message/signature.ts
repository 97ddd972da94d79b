import { SERIALIZE_ERROR_CODES as CODES, SerializeError } from '@mp/codec';
import { crypto } from '../model/platform.js';

/** HMAC-SHA256 (RFC 2104), 32 bytes, as a MessagePack token of binary data. */
export const SIGNATURE_BYTES = 34;

/** The signature over a body without its signature, its out-of-band buffers and its place in a session. */
export function sign(body: Uint8Array, buffers: readonly Uint8Array[], key: Uint8Array, place: string): Uint8Array {
  const node = crypto();
  if (node === undefined) {
    throw new SerializeError(
      CODES.unsupported,
      'Payloads with code cannot be signed here: the host has no node:crypto.',
    );
  }
  // The lengths of the buffers stand in the body, so that bytes cannot move from one to the next.
  const hmac = node.createHmac('sha256', key).update(place).update(body);
  for (const buffer of buffers) hmac.update(buffer);
  return hmac.digest();
}

/** @throws SerializeError unless the signature fits. */
export function verifySignature(
  signature: Uint8Array,
  body: Uint8Array,
  buffers: readonly Uint8Array[],
  key: Uint8Array,
  place: string,
): void {
  if (crypto()?.timingSafeEqual(signature, sign(body, buffers, key, place)) === true) return;
  throw new SerializeError(
    CODES.signature,
    "The payload's signature does not fit the key.\nIt was signed with another key, or changed after it was signed.",
  );
}
