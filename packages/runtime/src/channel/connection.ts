import type { Decoder, Encoder } from '@mp/codec';
import { trackForFork } from '../platform/forking.js';
import { EOFError, PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { FRAME } from '../protocol/frames.js';
import { placeIn, sliceOf } from './bytes.js';
import { brokenPipeError, busyError, carrierError, closedError, lengthError, movedError } from './connection-errors.js';
import type { FrameChannel } from './frame-channel.js';
import { helloOf, helloProblem } from './hello.js';
import { Inbox, type Message } from './inbox.js';
import { bequeath, type Inheritance } from './inheritance.js';
import { endBeforeExit } from './leave-taking.js';
import { Later, type Marshal, payloadOf, whenPrepared } from './marshal.js';
import { type Readiness, type Waitable, wait } from './readiness.js';
import { Turns } from './turns.js';
import { carry, isCarrier } from './twins.js';

/** Which ways a connection goes. */
export type Direction = 'both' | 'read' | 'write';

/** What remains of a connection that was taken away from this process. */
export interface Detached {
  readonly direction: Direction;
  readonly marshal: Marshal;
  readonly channel: FrameChannel;
  /** Receives every message that still arrives here, of either kind; undefined where none passed this end yet. */
  readonly past: Connection | undefined;
  /** Takes it back: it did not get away. */
  readonly restore: () => void;
}

let adopt: (connection: Connection, channel: FrameChannel) => void;
let detach: (connection: Connection) => Detached;
let receiveAny: (connection: Connection) => Promise<{ readonly isBytes: boolean; readonly message: unknown }>;

/**
 * One end of a pipe: messages to and from the end that another process holds.
 *
 * Connections come from {@link Pipe}, {@link Listener} and {@link Client}. They can be sent to another process at any
 * time, as an argument, in a message, in a queue: the end then belongs to that process and is gone here.
 *
 * @typeParam TSend - What is sent.
 * @typeParam TReceive - What is received.
 */
export class Connection<TSend = unknown, TReceive = TSend> implements Waitable, AsyncDisposable {
  #channel: FrameChannel;
  readonly #marshal: Marshal;
  readonly #direction: Direction;
  readonly #inbox: Inbox;
  /** Inherited: this process is a copy of the one that it belongs to, and may claim it. */
  #state: 'fresh' | 'inherited' | 'active' | 'closed' | 'moved' = 'fresh';
  #inheritance: Inheritance | undefined;
  #encoder: Encoder | undefined;
  #decoder: Decoder | undefined;
  #isGreeted = false;
  /** Of messages that still have to be prepared, and of those after them. */
  readonly #turns: Turns = new Turns();

  /** @internal Use {@link Pipe}, {@link Listener} or {@link Client}. */
  constructor(channel: FrameChannel, marshal: Marshal, direction: Direction = 'both') {
    this.#channel = channel;
    this.#marshal = marshal;
    this.#direction = direction;
    this.#inbox = new Inbox({
      pause: () => this.#channel.pause(),
      resume: () => this.#channel.resume(),
      onWaitingChanged: () => this.#updateRef(),
    });
    // A copy of it in another process would be a second reader of one stream.
    const give = () => this.#detach().channel;
    trackForFork(this, bequeath({ isUnused: () => this.#state === 'fresh', give, inherit: (it) => this.#inherit(it) }));
  }

  /** Whether {@link close} was called, or the end was sent to another process. */
  get closed(): boolean {
    return this.#state === 'closed' || this.#state === 'moved';
  }

  /** Whether this end may receive. */
  get readable(): boolean {
    return this.#direction !== 'write';
  }

  /** Whether this end may send. */
  get writable(): boolean {
    return this.#direction !== 'read';
  }

  /** What {@link wait} asks: whether a message, or the end of the messages, can be received without waiting. */
  get readiness(): Readiness {
    return {
      isReady: () => this.#inbox.isReady || this.closed,
      onceReady: (listener) => {
        if (!this.closed) this.#activate();
        return this.#inbox.watch(listener);
      },
    };
  }

  /**
   * Sends a value. It is read during the call: later changes do not reach the other end, except to large binary data
   * (32 KiB and more), which must not be changed before the promise resolves.
   *
   * @returns A promise that resolves when there is room for the next message. Who sends much awaits it.
   * @throws SerializeError where the value cannot travel: nothing was sent then.
   * @throws ProcessError where the end is closed, moved, read-only, or the other end is gone.
   */
  async send(value: TSend): Promise<void> {
    this.#checkWritable();
    this.#encoder ??= this.#marshal.codec.createEncoder(this.#marshal.context);
    const encoder = this.#encoder;
    const write = () => this.#write(value, encoder);
    // Messages that must be prepared, and those after them, wait for their turn.
    const written =
      this.#turns.last === undefined
        ? whenPrepared(write, () => encoder.prepare(value))
        : new Later(this.#turns.last.then(() => encoder.prepare(value)).then(write));
    const hasBuffers = written instanceof Later ? await this.#turns.take(written.promise) : written;
    if (this.#inheritance !== undefined) await this.#inheritance.granted;
    if (hasBuffers) await this.#channel.written();
    await this.#channel.drained();
  }

  /**
   * Receives the next value.
   *
   * @throws EOFError when the other end is gone and everything it sent was received.
   * @throws SerializeError where this message cannot be revived; the next one can be received nevertheless.
   */
  async recv(): Promise<TReceive> {
    this.#checkReadable();
    return this.#inbox.receive(FRAME.value, (message) => this.#decode(message));
  }

  /**
   * Sends bytes as one message, without any codec.
   *
   * @param bytes - Any view of bytes. Not to be changed before the promise resolves.
   * @param offset - Where the message begins, in bytes.
   * @param size - How long it is, in bytes. To the end by default.
   */
  async sendBytes(bytes: ArrayBufferView | ArrayBuffer, offset = 0, size?: number): Promise<void> {
    this.#checkWritable();
    const message = sliceOf(bytes, offset, size);
    if (this.#turns.last !== undefined) await this.#turns.last;
    this.#checkWritable();
    this.#activate();
    this.#channel.send(FRAME.bytes, message, undefined, true);
    if (this.#inheritance !== undefined) await this.#inheritance.granted;
    await this.#channel.written();
    await this.#channel.drained();
  }

  /**
   * Receives the next message that was sent by {@link sendBytes}.
   *
   * @param maxLength - The most bytes that are acceptable. A longer message closes the connection, as in Python.
   * @throws BufferTooShort for a longer message.
   */
  async recvBytes(maxLength: number = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    this.#checkReadable();
    if (!(maxLength >= 0))
      throw new ProcessError(PROCESS_ERROR_CODES.argument, `The longest message cannot be ${maxLength} bytes.`);
    const bytes = await this.#inbox.receive<Uint8Array>(FRAME.bytes, ({ body }) => Uint8Array.from(body));
    if (bytes.length <= maxLength) return bytes;
    await this.close();
    throw lengthError(bytes, `at most ${maxLength} are accepted`);
  }

  /**
   * Receives the next message that was sent by {@link sendBytes} into memory of the caller.
   *
   * @param target - Where to.
   * @param offset - Where in it, in bytes.
   * @returns The length of the message in bytes.
   * @throws BufferTooShort where it does not fit; the error has the message.
   */
  async recvBytesInto(target: ArrayBufferView | ArrayBuffer, offset = 0): Promise<number> {
    this.#checkReadable();
    const place = placeIn(target, offset);
    const bytes = await this.#inbox.receive<Uint8Array>(FRAME.bytes, ({ body }) => body);
    if (bytes.length > place.length) throw lengthError(bytes, `there is room for ${place.length}`);
    place.set(bytes);
    return bytes.length;
  }

  /**
   * Whether a message can be received, or the end of the messages be seen, without waiting.
   *
   * @param timeoutMs - How long to wait for that, in milliseconds. 0 by default; `Infinity` is endless.
   */
  async poll(timeoutMs = 0): Promise<boolean> {
    this.#checkReadable();
    return (await wait([this], timeoutMs)).length > 0;
  }

  /** Closes this end. What was sent still arrives; the other end then sees the end of the messages. */
  async close(): Promise<void> {
    if (this.#state === 'inherited') this.#state = 'closed';
    if (this.closed) return;
    this.#activate();
    this.#state = 'closed';
    this.#inbox.clear(closedError());
    await this.#turns.last;
    this.#channel.finish();
    this.#channel.unref();
    await this.#channel.written();
  }

  /** The messages until the other end closes. */
  async *[Symbol.asyncIterator](): AsyncGenerator<TReceive, void, undefined> {
    for (;;) {
      let value: TReceive;
      try {
        value = await this.recv();
      } catch (error) {
        if (error instanceof EOFError) return;
        throw error;
      }
      yield value;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  static {
    detach = (connection) => connection.#detach();
    adopt = (connection, channel) => connection.#adopt(channel);
    const asValue = (message: unknown) => ({ isBytes: false, message });
    receiveAny = (connection) =>
      connection.#inbox.receive(undefined, (message) => {
        if (message.kind === FRAME.bytes) return { isBytes: true, message: message.body };
        const value = connection.#decode(message);
        return value instanceof Later ? new Later(value.promise.then(asValue)) : asValue(value);
      });
  }

  #detach(): Detached {
    this.#checkOpen();
    if (this.#inbox.isAwaited || this.#turns.last !== undefined) throw busyError();
    if (isCarrier(this.#channel)) throw carrierError();
    this.#claim();
    const past = this.#state === 'fresh' ? undefined : this.#clone();
    this.#state = 'moved';
    const restore = () => this.#restore(past);
    return { direction: this.#direction, marshal: this.#marshal, channel: this.#channel, past, restore };
  }

  #restore(past: Connection | undefined): void {
    this.#state = past === undefined ? 'fresh' : 'active';
    if (past === undefined) return;
    past.#inbox.moveTo(this.#inbox);
    this.#listen();
  }

  #adopt(channel: FrameChannel): void {
    this.#channel = channel;
    // The relay goes on with what was said before; what is said here begins anew.
    this.#encoder = undefined;
    this.#decoder = undefined;
    this.#isGreeted = false;
    this.#state = 'fresh';
  }

  #inherit(inheritance: Inheritance | undefined): void {
    // A copy of a copy inherits what that did not claim either.
    if (this.closed || this.#state === 'inherited') return;
    this.#state = inheritance === undefined ? 'moved' : 'inherited';
    this.#inheritance = inheritance;
  }

  /** Takes an end over that this process has inherited, as long as nobody refuses it. */
  #claim(): void {
    if (this.#state !== 'inherited') return;
    this.#channel = (this.#inheritance as Inheritance).claim((error) => {
      this.#state = 'moved';
      this.#inbox.clear(error);
    });
    this.#state = 'fresh';
  }

  #clone(): Connection {
    const clone = new Connection(this.#channel, this.#marshal, this.#direction);
    clone.#state = 'active';
    clone.#encoder = this.#encoder;
    clone.#decoder = this.#decoder;
    clone.#isGreeted = this.#isGreeted;
    this.#inbox.moveTo(clone.#inbox);
    clone.#listen();
    return clone;
  }

  /** Begins to speak and to listen. Until then nothing of the other end's was read, and the end can move as it is. */
  #activate(): void {
    this.#claim();
    if (this.#state !== 'fresh') return;
    this.#state = 'active';
    this.#channel.send(FRAME.hello, helloOf(this.#marshal.codec.id));
    this.#listen();
    this.#updateRef();
    endBeforeExit(this.#channel);
  }

  #listen(): void {
    this.#channel.setHandler({
      onFrame: (kind, body, buffers) => this.#onFrame({ kind, body, buffers }),
      onEnd: (error) => this.#inbox.end(error),
    });
  }

  #onFrame(message: Message): void {
    if (this.closed) return;
    if (!this.#isGreeted) this.#checkHello(message);
    else if (message.kind === FRAME.reset) this.#encoder?.reset();
    else this.#inbox.push(message);
  }

  #checkHello(message: Message): void {
    const problem = helloProblem(message, this.#marshal.codec.id);
    this.#isGreeted = true;
    if (problem === undefined) return;
    this.#channel.destroy();
    this.#inbox.end(problem);
  }

  #decode(message: Message): unknown {
    this.#decoder ??= this.#marshal.codec.createDecoder(this.#marshal.context);
    const decoder = this.#decoder;
    const payload = payloadOf(message.body, message.buffers);
    const failed = (error: unknown): never => {
      if (!decoder.synchronized) this.#channel.send(FRAME.reset, new Uint8Array(0));
      throw error;
    };
    try {
      const value = whenPrepared(
        () => decoder.decode(payload),
        () => decoder.prepare(payload),
      );
      return value instanceof Later ? new Later(value.promise.catch(failed)) : value;
    } catch (error) {
      return failed(error);
    }
  }

  /** @returns Whether memory of the caller's is being written. */
  #write(value: TSend, encoder: Encoder): boolean {
    this.#checkWritable();
    this.#activate();
    const { body, buffers } = carry(this.#channel, () => encoder.encode(value, 'message'));
    this.#channel.send(FRAME.value, body, buffers);
    return buffers.length > 0;
  }

  #updateRef(): void {
    if (this.#state === 'moved') return;
    if (this.#inbox.isAwaited) {
      this.#activate();
      this.#channel.ref();
    } else this.#channel.unref();
  }

  #checkReadable(): void {
    this.#checkOpen();
    if (!this.readable) throw new ProcessError(PROCESS_ERROR_CODES.state, 'This end of the pipe can only send.');
  }

  #checkWritable(): void {
    this.#checkOpen();
    if (!this.writable) throw new ProcessError(PROCESS_ERROR_CODES.state, 'This end of the pipe can only receive.');
    const { ended } = this.#inbox;
    if (ended !== undefined || !this.#channel.isOpen) throw brokenPipeError(ended?.error);
  }

  #checkOpen(): void {
    if (this.#state === 'closed') throw closedError();
    if (this.#state === 'moved') throw movedError();
  }
}

/**
 * Takes a connection away from this process, to be handed to another one.
 *
 * @throws ProcessError where it is closed, was moved before, or is being used.
 */
export function detachConnection(connection: Connection): Detached {
  return detach(connection);
}

/** Gives a connection that was taken away from the parent to this copy of it, under the same object. */
export function adoptConnection(connection: Connection, channel: FrameChannel): void {
  adopt(connection, channel);
}

/** Receives the next message of either kind, for a relay. */
export function receiveEither(
  connection: Connection,
): Promise<{ readonly isBytes: boolean; readonly message: unknown }> {
  return receiveAny(connection);
}
