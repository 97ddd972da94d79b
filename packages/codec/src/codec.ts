import type { CodecContext, EncoderOptions, SessionOptions } from './context.js';
import type { Payload } from './payload.js';

/** What a codec can carry beyond plain data. What it cannot carry it refuses; it never alters a value silently. */
export interface CodecCapabilities {
  /** Functions and classes travel by value, with what they close over. */
  readonly functions: boolean;
  /** Instances of user classes keep their prototype. */
  readonly instances: boolean;
  /** One object that is reached twice arrives as one object, and cycles are kept. Without it, both are refused. */
  readonly identity: boolean;
  /** Binary data may leave the body; see {@link CodecContext.outOfBandBytes}. */
  readonly outOfBand: boolean;
}

/** How another process loads the codec: `(await import(specifier))[exportName]`. */
export interface CodecModule {
  /** An absolute URL: the other process imports it from elsewhere, where a bare specifier may mean another copy or nothing. */
  readonly specifier: string;
  /** The name under which the module exports the codec. */
  readonly exportName: string;
}

/**
 * Turns values into payloads and back: the contract between a serializer and a runtime.
 *
 * A codec is a stateless description. It offers two kinds of payload:
 *
 * - *One-shot* ({@link Codec.encode}, {@link Codec.decode}): self-contained. Any decoder of the same codec
 *   id reads it, in any order, any number of times, in any process: for queues with many producers and
 *   consumers, for retries, for files.
 * - *Session* ({@link Codec.createEncoder}, {@link Codec.createDecoder}): an encoder and a decoder hold the
 *   state of one direction of one point-to-point channel, so that what was said once is only referred to later.
 *
 * Encoding and decoding are synchronous. What must happen before (loading a module, finding out which module
 * exports a function) is a separate asynchronous `prepare` step on either side, which answers `undefined` when
 * there is nothing to do. Whoever is in a hurry leaves it out: where something had to be prepared, `encode` and `decode` throw
 * `MP_NOT_PREPARED` and have changed nothing, and the caller awaits `prepare` and tries again. So the common case costs neither
 * a promise nor a second walk over the value.
 *
 * A codec of your own is tested with `@mp/codec/conformance`.
 */
export interface Codec {
  /** Name and wire version; both ends of a channel compare it in their hello: `mp.structured-clone/1`. */
  readonly id: string;
  /** What it can carry beyond plain data. */
  readonly capabilities: CodecCapabilities;
  /** How another process loads it. */
  readonly module: CodecModule;

  /**
   * Whether encoding `fn` again, at any later time, would give the same payload: it travels by reference, or its code
   * depends on nothing that can change. A pool that is given such a function a million times encodes it once.
   *
   * Optional, and false where it is not known: then a function is encoded for each call.
   */
  isConstant?(fn: object): boolean;

  /**
   * Called with what a copy of this process is going to work on, right before fork(2) makes it: the functions and classes
   * that are in both are the same ones then, and what the copy sends back are the originals here.
   *
   * Optional: without it what was never encoded before comes back as a copy. Never throws, and runs no code of the user's.
   */
  identify?(value: object): void;

  /**
   * What must be awaited before {@link Codec.encode} of the same value.
   *
   * @returns `undefined` where there is nothing to do.
   */
  prepareEncode(value: unknown, context?: CodecContext): Promise<void> | undefined;

  /**
   * Encodes a value as a self-contained payload.
   *
   * *Snapshot.* The value is read during the call; later changes to it do not reach the body. Out-of-band
   * buffers alias the value's memory: it must not be changed until the channel has written them. Who cannot
   * wait for that copies them, or sets `outOfBandBytes: Infinity`.
   *
   * *Ownership.* The body belongs to the caller, for good.
   *
   * @param value - Anything.
   * @param context - Reducers, trust, limits, and when binary data goes out of band.
   * @param root - How error messages name the value itself. `'value'` by default.
   * @throws SerializeError that names the path, where the value cannot travel. Nothing was sent then.
   */
  encode(value: unknown, context?: CodecContext, root?: string): Payload;

  /**
   * What must be awaited before {@link Codec.decode} of the same payload.
   *
   * Loading a module runs its code, so an untrusted payload has nothing to prepare.
   *
   * @returns `undefined` where there is nothing to do.
   */
  prepareDecode(payload: Payload, context?: CodecContext): Promise<void> | undefined;

  /**
   * Decodes a one-shot payload.
   *
   * *Ownership.* The body is only read, and not kept after the call. The buffers pass to the decoded value,
   * which may alias them: the caller must not touch them again. A channel that delivers each buffer in an ArrayBuffer of
   * its own saves a copy. The payload object and its lists are not kept.
   *
   * @throws SerializeError for anything that is not an undamaged, complete payload of this codec that may be trusted.
   */
  decode(payload: Payload, context?: CodecContext): unknown;

  /** Starts the sending end of a session. */
  createEncoder(context?: CodecContext, options?: EncoderOptions): Encoder;

  /** Starts the receiving end of a session. It adopts the epoch of the first message that it decodes. */
  createDecoder(context?: CodecContext, options?: SessionOptions): Decoder;
}

/**
 * The sending end of a session: one direction of one point-to-point channel.
 *
 * Messages are encoded at the moment of writing, in channel order. After it was encoded a message is
 * written, or {@link Encoder.reset} is called; it is never reordered, and never dropped silently.
 * What the decoder forgets is decided here and told to it inside the messages, because a synchronous
 * decode cannot ask back.
 */
export interface Encoder {
  /** The present epoch: an unsigned 32-bit number that {@link Encoder.reset} increases by one. */
  readonly epoch: number;

  /** What must be awaited before {@link Encoder.encode} of the same value. It changes nothing in the session. */
  prepare(value: unknown): Promise<void> | undefined;

  /**
   * Encodes the next message.
   *
   * *Snapshot.* As {@link Codec.encode}.
   *
   * *Ownership.* The payload and its body are lent: they are valid until the next call on this encoder, which
   * may write over them. The channel writes them, or copies them, before that. Buffers alias the value's memory.
   *
   * @param value - Anything.
   * @param root - How error messages name the value itself. `'value'` by default.
   * @throws SerializeError that names the path. Nothing was sent then, and the encoder is as it was before the call.
   */
  encode(value: unknown, root?: string): Payload;

  /**
   * Begins a new epoch: from now on nothing is supposed to be known to the decoder.
   *
   * Called when a message was encoded and will never be written, when the receiving end moved to another
   * process or was forked, and when the decoder says that it lost its state ({@link Decoder.synchronized}). Messages of the
   * old epoch that are still on their way are not decoded any more: the channel knows which were answered, and sends the
   * others again.
   */
  reset(): void;
}

/** The receiving end of a session. */
export interface Decoder {
  /** The epoch of the last message, or -1 before the first. */
  readonly epoch: number;

  /**
   * Whether the next message of the present epoch can be decoded.
   *
   * False after a message that was not whole, not in its place or not signed as it must be (`MP_TRUNCATED`, `MP_DAMAGED`,
   * `MP_FOREIGN_PAYLOAD`, `MP_NEWER_FORMAT`, `MP_SIGNATURE`, `MP_SESSION_ORDER`), which may have held state that later messages
   * refer to: then every further message of this epoch is refused with `MP_SESSION_STATE`, and the channel asks the other end
   * for {@link Encoder.reset}. A message that was whole but could not be revived (a module that does not exist, a reducer
   * that is unknown or threw, code that is not trusted, a limit) leaves it true, and all the state it brought is kept.
   */
  readonly synchronized: boolean;

  /**
   * What must be awaited before {@link Decoder.decode} of the same payload. It changes nothing in the session. Messages are
   * prepared and decoded one after the other: a message may refer to what the one before it brought.
   */
  prepare(payload: Payload): Promise<void> | undefined;

  /**
   * Decodes the next message.
   *
   * *Ownership.* As {@link Codec.decode}: the body is not kept, the buffers pass to the value.
   *
   * @throws SerializeError. The message is consumed whether it throws or not, except with `MP_NOT_PREPARED`; see
   *   {@link Decoder.synchronized}.
   */
  decode(payload: Payload): unknown;
}
