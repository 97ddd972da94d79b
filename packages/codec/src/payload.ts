/**
 * An encoded value: a body, and what travels beside it.
 *
 * Large binary data is not copied into the body; it is listed in {@link Payload.buffers} and the
 * body refers to it by index (the idea of Python's pickle protocol 5, PEP 574). What is not bytes at
 * all, such as a file descriptor or a message port, is listed in {@link Payload.attachments}.
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
}
