/**
 * An encoded value: a body, and what travels beside it.
 *
 * Large binary data is not copied into the body; it is listed in {@link Payload.buffers} and the
 * body refers to it by index (the idea of Python's pickle protocol 5, PEP 574). What is not bytes at
 * all, such as a file descriptor or a message port, is listed in {@link Payload.attachments}.
 *
 * The checksum that every codec has covers the body; of the buffers it covers the number and the lengths. A signature covers
 * everything.
 *
 * Ownership is stated on the methods that make and take payloads: {@link Codec.encode},
 * {@link Codec.decode}, {@link Encoder.encode} and {@link Decoder.decode}.
 */
export interface Payload {
  /** The bytes. */
  readonly body: Uint8Array;
  /** Out-of-band binary data, in the order in which the body refers to it. */
  readonly buffers: readonly Uint8Array[];
  /** Resources for the channel to carry by its own means, in the order in which the body refers to them. */
  readonly attachments: readonly unknown[];
  /**
   * Releases what was opened for the journey. The channel calls it instead of sending, where a payload with attachments will
   * never be written; absent where there is nothing to release.
   */
  readonly abandon?: (() => void) | undefined;
}
