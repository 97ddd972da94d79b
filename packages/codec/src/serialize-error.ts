import { defineName, MpError, type MpErrorOptions } from './error.js';

/**
 * Why a value could not be encoded or a payload could not be decoded.
 *
 * A codec may add codes of its own, but says these cases with these codes, so that a channel can
 * tell "this value cannot travel" from "these bytes are damaged" whatever the codec.
 */
export const SERIALIZE_ERROR_CODES = {
  /** The value, or a part of it, cannot travel by this codec. */
  unsupported: 'MP_UNSUPPORTED',
  /** A limit of the context was exceeded: depth, count, bytes. */
  limit: 'MP_LIMIT',
  /** The payload ends before it is complete. */
  truncated: 'MP_TRUNCATED',
  /** The payload's checksum or structure is wrong. */
  damaged: 'MP_DAMAGED',
  /** The payload was not written by this codec. */
  foreign: 'MP_FOREIGN_PAYLOAD',
  /** The payload was written by a newer version of the format. */
  version: 'MP_NEWER_FORMAT',
  /** The payload holds code or handles and nothing proves that it may be trusted. */
  untrusted: 'MP_UNTRUSTED',
  /** The payload's signature does not fit the key. */
  signature: 'MP_SIGNATURE',
  /** A session message arrived out of order, or belongs to an epoch that is over. */
  order: 'MP_SESSION_ORDER',
  /** A session message refers to state that this decoder does not have. */
  state: 'MP_SESSION_STATE',
  /** No reducer in the context has the tag that the payload names. */
  reducer: 'MP_UNKNOWN_REDUCER',
  /** A reducer's `reduce` or `revive` threw. */
  reduction: 'MP_REDUCER_FAILED',
  /** A module must be loaded or a Blob be read before this value or payload: the caller awaits `prepare` and tries again. */
  prepare: 'MP_NOT_PREPARED',
  /** A reducer attached a resource, and the channel cannot carry attachments. */
  attachment: 'MP_ATTACHMENT',
} as const;

/** A code of {@link SERIALIZE_ERROR_CODES}. */
export type SerializeErrorCode = (typeof SERIALIZE_ERROR_CODES)[keyof typeof SERIALIZE_ERROR_CODES];

/**
 * A value could not be encoded, or a payload could not be decoded.
 *
 * @example
 * try {
 *   codec.encode({ config: { socket } });
 * } catch (error) {
 *   if (error instanceof SerializeError) console.error(error.code, error.path); // MP_UNSUPPORTED value.config.socket
 * }
 */
export class SerializeError extends MpError {
  /**
   * @param code - One of {@link SERIALIZE_ERROR_CODES}, or a code of the codec's own.
   * @param message - What was attempted, where, what was found, and what to do.
   * @param options - The path inside the value and the cause.
   */
  constructor(code: SerializeErrorCode | (string & {}), message: string, options?: MpErrorOptions) {
    super(code, message, options);
  }

  static {
    defineName(SerializeError, 'SerializeError');
  }
}
