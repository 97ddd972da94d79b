import type { CodecLimits } from './limits.js';
import type { Reducer } from './reducer.js';
import type { Trust } from './trust.js';

/** What the user of a codec supplies for a payload or for a session. All parts are optional. */
export interface CodecContext {
  /** Whether code and handles may be revived, and with which key they are signed. @defaultValue 'untrusted' */
  readonly trust?: Trust | undefined;
  /** Kinds of objects that travel in a way of their own. The first whose `test` holds is taken. @defaultValue [] */
  readonly reducers?: readonly Reducer[] | undefined;
  /** Limits that differ from {@link DEFAULT_LIMITS}. */
  readonly limits?: Partial<CodecLimits> | undefined;
  /**
   * The size in bytes from which binary data leaves the body and goes out of band.
   * `Infinity` keeps everything in the body, so that the body alone is the payload.
   *
   * @defaultValue Infinity
   */
  readonly outOfBandBytes?: number | undefined;
  /** Who is at the other end, for reducers that depend on it; whatever the channel and its reducers agree on. */
  readonly peer?: unknown;
  /** Whether the channel carries attachments. @defaultValue false */
  readonly attachments?: boolean | undefined;
}

/** What both ends of a session agree on before its first message. */
export interface SessionOptions {
  /**
   * Names this direction of this channel, the same at both ends and nowhere else: made from the hello of both ends.
   * It is a part of what is signed, so that a signed message cannot be replayed into another channel, nor back into its own.
   * Needed only where {@link CodecContext.trust} has a key.
   *
   * @defaultValue ''
   */
  readonly channel?: string | undefined;
}

/** Where a session starts. */
export interface EncoderOptions extends SessionOptions {
  /**
   * The first epoch. A channel whose sending end moved to another process goes on there with one more than
   * {@link Encoder.epoch} was here, so that the decoder can tell the two encoders apart.
   *
   * An unsigned 32-bit integer.
   *
   * @defaultValue 0
   */
  readonly epoch?: number | undefined;
}
