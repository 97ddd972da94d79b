import {
  type Codec,
  type CodecContext,
  type Payload,
  type Reducer,
  SERIALIZE_ERROR_CODES,
  SerializeError,
} from '@mp/codec';
import { copyOf } from './bytes.js';
import { encodeOrUndo } from './undoing.js';

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
  const payload = encodeOrUndo(() => marshal.codec.encode(value, marshal.context, root));
  if (payload.buffers.length === 0) return payload;
  return { ...payload, buffers: payload.buffers.map(copyOf) };
}

/** Puts a received frame together as a payload. */
export function payloadOf(body: Uint8Array, buffers: readonly Uint8Array[]): Payload {
  return { body, buffers, attachments: NO_ATTACHMENTS };
}

const NO_ATTACHMENTS: readonly unknown[] = Object.freeze([]);

/**
 * Runs a step of a codec, now, or after what it says must be prepared first. Trying is cheaper than asking: a step
 * that is not prepared has changed nothing.
 *
 * @returns What `step` returned, or a promise of it in a {@link Later}: the value itself may be a promise.
 */
export function whenPrepared<T>(step: () => T, prepare: () => Promise<void> | undefined): T | Later<T> {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof SerializeError) || error.code !== SERIALIZE_ERROR_CODES.prepare) throw error;
    return new Later(Promise.resolve(prepare()).then(step));
  }
}

/** A value that is still being prepared. */
export class Later<T> {
  readonly promise: Promise<T>;

  constructor(promise: Promise<T>) {
    this.promise = promise;
  }
}

/** Decodes a payload of the family. */
export function decodePayload(marshal: Marshal, payload: Payload): unknown {
  const { codec, context } = marshal;
  return whenPrepared(
    () => codec.decode(payload, context),
    () => codec.prepareDecode(payload, context),
  );
}

/** As {@link encodeSnapshot}, for values that may have to be prepared. */
export function encodeWhenPrepared(marshal: Marshal, value: unknown, root: string): Payload | Later<Payload> {
  return whenPrepared(
    () => encodeSnapshot(marshal, value, root),
    () => marshal.codec.prepareEncode(value, marshal.context),
  );
}
