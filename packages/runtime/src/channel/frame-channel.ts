import { runSoon } from '../platform/microtask.js';
import { EOFError, PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { FRAME } from '../protocol/frames.js';
import { BufferExchange } from './buffer-exchange.js';
import { type BufferFile, STORED_BYTES } from './buffer-file.js';
import { copyOf } from './bytes.js';
import { type FrameLimits, FrameReader, NO_BUFFERS } from './frame-reader.js';
import { FrameWriter } from './frame-writer.js';
import type { Transport } from './transport.js';

/** What a {@link FrameChannel} tells its owner. */
export interface FrameHandler {
  /** A frame arrived. The body may be kept, but not changed; the buffers belong to the handler. */
  onFrame(kind: number, body: Uint8Array, buffers: readonly Uint8Array[]): void;
  /** Nothing will arrive any more. Called once. The error says why, unless the other end closed in order. */
  onEnd(error: Error | undefined): void;
}

interface Frame {
  readonly kind: number;
  readonly body: Uint8Array;
  readonly buffers: readonly Uint8Array[];
}

/** Bytes that may wait in a held or full channel before its owner should wait too. */
const HIGH_WATER_BYTES = 1 << 18;

/** So much leaves at once: it fills a write, and who waits for it need not wait for the end of the turn. */
const WHOLE_WRITE_BYTES = 1 << 14;

/**
 * Frames over a transport: the channel that everything else speaks over.
 *
 * Frames that are sent in one turn of the event loop leave in one write. That, and nothing else, is what makes
 * small messages fast: a write costs as much as encoding dozens of them.
 */
export class FrameChannel {
  readonly #transport: Transport;
  readonly #reader: FrameReader;
  readonly #writer = new FrameWriter();
  #handler: FrameHandler | undefined;
  #ended: { readonly error: Error | undefined } | undefined;
  #state: 'open' | 'ending' | 'closed' = 'open';
  #gatekeeper: FrameHandler | undefined;
  /** What arrived after the gatekeeper left and before anybody came. */
  #early: Frame[] = [];
  #opened = false;
  #endListeners: (() => void)[] = [];
  #isRef = true;
  #full = false;
  #scheduled = false;
  #unfinished = 0;
  #waiters: (() => void)[] = [];
  #paused = false;
  #exchange: BufferExchange | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#reader = new FrameReader((kind, body, buffers) => this.#receiveFrame(kind, body, buffers));
  }

  /** Whether frames can still be sent. */
  get isOpen(): boolean {
    return this.#state === 'open' && this.#ended === undefined;
  }

  /** Whether the sender should wait for {@link drained}. */
  get isFull(): boolean {
    return this.#full || this.#writer.pendingBytes >= HIGH_WATER_BYTES;
  }

  /** Whether what is sent is kept until {@link release}. */
  get isHeld(): boolean {
    return this.#gatekeeper !== undefined;
  }

  /** Sets who hears of frames, in place of the handler before. Reading begins with the first. */
  setHandler(handler: FrameHandler): void {
    this.#handler = handler;
    if (this.#gatekeeper !== undefined) return;
    this.#open();
    this.#deliverEarly();
    if (this.#ended !== undefined) handler.onEnd(this.#ended.error);
  }

  /**
   * Lets somebody else speak first, as for authentication: until {@link release}, what arrives goes to the gatekeeper,
   * and what is sent is kept, except by {@link sendNow}.
   */
  hold(gatekeeper: FrameHandler): void {
    this.#gatekeeper = gatekeeper;
    this.#open();
  }

  /** Ends {@link hold}. */
  release(): void {
    this.#gatekeeper = undefined;
    if (!this.#isRef) this.#transport.unref();
    if (this.#handler === undefined) this.#transport.pause();
    this.flush();
    if (this.#state === 'ending') this.#transport.end();
  }

  /** Sets what is accepted from the other end. */
  setLimits(limits: FrameLimits): void {
    this.#reader.limits = limits;
  }

  /**
   * Sends a frame, later in this turn of the event loop. After the end it does nothing.
   *
   * @param body - Copied, unless `owned`.
   * @param buffers - Not to be changed until {@link written} resolves.
   */
  send(kind: number, body: Uint8Array, buffers: readonly Uint8Array[] = NO_BUFFERS, owned = false): void {
    if (!this.isOpen) return;
    const exchange = this.#exchange;
    if (exchange === undefined || (buffers.length === 0 && body.length < STORED_BYTES && !exchange.owes))
      this.#writer.add(kind, body, buffers, owned);
    else this.#sendLarge(exchange, kind, { body, buffers }, owned);
    if (this.#writer.pendingBytes >= WHOLE_WRITE_BYTES) this.flush();
    else this.#schedule();
  }

  /** From now on, large data goes through a file that both ends have open; the other end does the same. */
  shareFile(file: BufferFile): void {
    this.#exchange = new BufferExchange(file);
  }

  /** Copies data that is going to be among the buffers of a frame. It may be changed afterwards. */
  keep(bytes: Uint8Array): Uint8Array {
    return this.#exchange === undefined ? copyOf(bytes) : this.#exchange.keep(bytes);
  }

  /** What {@link keep} returned will not be sent. */
  drop(kept: Uint8Array): void {
    this.#exchange?.drop(kept);
  }

  /** Sends a frame past {@link hold}. */
  sendNow(kind: number, body: Uint8Array): void {
    if (this.#ended !== undefined || this.#state === 'closed') return;
    const writer = new FrameWriter();
    writer.add(kind, body, NO_BUFFERS, false);
    this.#write(writer.take());
  }

  /** Writes what was sent, now. */
  flush(): void {
    if (this.#gatekeeper !== undefined || this.#writer.pendingBytes === 0) return;
    this.#write(this.#writer.take());
  }

  /** Resolves when there is room for more, or the channel is closed. */
  drained(): Promise<void> {
    if (!this.isFull || this.#ended !== undefined) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Resolves when the transport has taken everything that was sent, or the channel is closed. */
  written(): Promise<void> {
    this.flush();
    if (this.#ended !== undefined || this.#state === 'closed') return Promise.resolve();
    return this.#unfinished === 0 && this.#writer.pendingBytes === 0
      ? Promise.resolve()
      : new Promise((resolve) => this.#finishers.push(resolve));
  }

  #finishers: (() => void)[] = [];

  /** Sends what was sent, then ends our direction. The other end's is still read. */
  end(): void {
    if (this.#state !== 'open') return;
    this.flush();
    this.#state = 'ending';
    if (this.#gatekeeper === undefined) this.#transport.end();
  }

  /** Ends our direction, and reads the other one to its end without keeping anything. */
  finish(): void {
    this.end();
    if (this.#ended !== undefined) return this.destroy();
    this.setHandler({ onFrame: () => {}, onEnd: () => this.destroy() });
    this.resume();
  }

  /** Calls `listener` when the other end is gone; at once, if it is. */
  onceEnded(listener: () => void): void {
    if (this.#ended !== undefined || this.#state === 'closed') listener();
    else this.#endListeners.push(listener);
  }

  /** Ends both directions at once. */
  destroy(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    // Its file may be closed now, and the descriptor be another file's.
    this.#exchange = undefined;
    this.#transport.destroy();
    this.#wakeAll();
  }

  /** Stops reading, so that the other end has to wait. */
  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#transport.pause();
  }

  /** Reads again. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#transport.resume();
  }

  /** Keeps the process alive while the channel is open. The default. */
  ref(): void {
    this.#isRef = true;
    this.#transport.ref();
  }

  /** Does not keep the process alive, except for what was sent and has to wait for {@link release}. */
  unref(): void {
    this.#isRef = false;
    if (this.#gatekeeper === undefined) this.#transport.unref();
  }

  #open(): void {
    if (this.#opened) return;
    this.#opened = true;
    this.#transport.open({
      onData: (chunk) => this.#receive(chunk),
      onDrain: () => this.#drain(),
      onEnd: (error) => this.#end(error),
    });
  }

  #sendLarge(
    exchange: BufferExchange,
    kind: number,
    contents: { readonly body: Uint8Array; readonly buffers: readonly Uint8Array[] },
    owned: boolean,
  ): void {
    const owed = exchange.takeOwed();
    if (owed !== undefined) this.#writer.add(FRAME.taken, owed, NO_BUFFERS, true);
    const rest = exchange.store(contents);
    if (rest !== undefined) this.#writer.add(FRAME.stored, rest.stored, NO_BUFFERS, true);
    const { body, buffers } = rest ?? contents;
    this.#writer.add(kind, body, buffers, owned);
  }

  #receiveFrame(kind: number, body: Uint8Array, buffers: readonly Uint8Array[]): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return this.#deliver(kind, body, buffers);
    if (kind === FRAME.stored) return exchange.announce(body);
    if (kind === FRAME.taken) return exchange.free(body);
    const contents = exchange.collect({ body, buffers });
    this.#deliver(kind, contents.body, contents.buffers);
    const owed = exchange.owesMuch ? exchange.takeOwed() : undefined;
    if (owed === undefined || !this.isOpen) return;
    this.#writer.add(FRAME.taken, owed, NO_BUFFERS, true);
    this.#schedule();
  }

  #deliver(kind: number, body: Uint8Array, buffers: readonly Uint8Array[]): void {
    const handler = this.#gatekeeper ?? this.#handler;
    if (handler === undefined) this.#early.push({ kind, body, buffers });
    else handler.onFrame(kind, body, buffers);
  }

  #deliverEarly(): void {
    const early = this.#early;
    this.#early = [];
    for (const { kind, body, buffers } of early) this.#deliver(kind, body, buffers);
    if (!this.#paused) this.#transport.resume();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // After the promise continuations of this turn: what they send leaves in the same write. Node runs ticks before
    // microtasks after a callback, and after them otherwise, so it takes one of each to be behind both.
    runSoon(this.#flushNextTick);
  }

  readonly #flushNextTick = (): void => process.nextTick(this.#flushScheduled);

  readonly #flushScheduled = (): void => {
    this.#scheduled = false;
    this.flush();
  };

  #write(chunks: readonly Uint8Array[]): void {
    this.#unfinished++;
    const more = this.#transport.write(chunks, this.#onWritten);
    if (!more) this.#full = true;
  }

  readonly #onWritten = (): void => {
    this.#unfinished--;
    if (this.#unfinished > 0 || this.#writer.pendingBytes > 0) return;
    const finishers = this.#finishers;
    if (finishers.length === 0) return;
    this.#finishers = [];
    for (const finish of finishers) finish();
  };

  #drain(): void {
    this.#full = false;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  #receive(chunk: Uint8Array): void {
    if (this.#ended !== undefined) return;
    try {
      this.#reader.push(chunk);
    } catch (error) {
      this.#transport.destroy();
      this.#end(error as Error);
    }
  }

  #end(error: Error | undefined): void {
    if (this.#ended !== undefined) return;
    const cut = error === undefined && this.#reader.isInsideFrame;
    this.#ended = {
      error: cut
        ? new ProcessError(PROCESS_ERROR_CODES.protocol, 'The other end went away in the middle of a message.', {
            cause: new EOFError(),
          })
        : error,
    };
    // The other end reads no more either: sockets of this project are never half closed for long.
    if (this.#state === 'open') this.#transport.end();
    this.#wakeAll();
    (this.#gatekeeper ?? this.#handler)?.onEnd(this.#ended.error);
  }

  #wakeAll(): void {
    this.#drain();
    const finishers = this.#finishers;
    this.#finishers = [];
    for (const finish of finishers) finish();
    for (const listener of this.#endListeners.splice(0)) listener();
  }
}
