import type { Codec, CodecContext, Payload, Reducer } from '@mp/codec';

/** A codec together with what this process adds to it: how everything of one context is turned into bytes. */
export interface Marshal {
  readonly codec: Codec;
  /** For channels within the family: trusted, with the runtime's reducers, large binary data out of band. */
  readonly context: CodecContext;
  /** As {@link context}, with everything in the body: for payloads that are kept, and whose buffers may change meanwhile. */
  readonly inBody: CodecContext;
}

/** Binary data from this size travels beside the body and is not copied into it. A copy of less costs less than a write. */
const OUT_OF_BAND_BYTES = 1 << 15;

/** Joins a codec with reducers, for use between processes of one family. */
export function createMarshal(codec: Codec, reducers: readonly Reducer[]): Marshal {
  const context: CodecContext = { trust: 'trusted', reducers, outOfBandBytes: OUT_OF_BAND_BYTES };
  return { codec, context, inBody: { ...context, outOfBandBytes: Number.POSITIVE_INFINITY } };
}

/** A payload of which nothing is lent or aliased: what was encoded stays as it is, whatever the caller changes. */
export function encodeSnapshot(marshal: Marshal, value: unknown, root: string): Payload {
  const payload = marshal.codec.encode(value, marshal.context, root);
  if (payload.buffers.length === 0) return payload;
  return { ...payload, buffers: payload.buffers.map((buffer) => Uint8Array.prototype.slice.call(buffer)) };
}

/** Puts a received frame together as a payload. */
export function payloadOf(body: Uint8Array, buffers: readonly Uint8Array[]): Payload {
  return { body, buffers, attachments: NO_ATTACHMENTS };
}

const NO_ATTACHMENTS: readonly unknown[] = Object.freeze([]);
