import { addon } from '../addon.js';
import { futexWait, futexWaitAsync, futexWake } from '../futex/futex.js';
import { NATIVE_ERROR_CODES, NativeError } from '../native-error.js';
import type { SharedMemory } from '../shared-memory/shared-memory.js';
import { ASLEEP, CLOSED, DATA_OFFSET, POSITION, RING_MAGIC, RING_VERSION, SIDES, START, THREAD } from './layout.js';

/** How long a side sleeps before it looks whether the other one is still there, in milliseconds. */
const LOOK_AFTER_PEER_MS = 50;

/**
 * Lays out a ring in shared memory: a stream of bytes from one writer to one reader, without a system call while both
 * are busy.
 *
 * @param memory - At least 512 bytes, all zero. The largest power of two that fits becomes the ring's capacity.
 */
export function createRing(memory: SharedMemory): void {
  if (memory.size < 2 * DATA_OFFSET)
    throw new NativeError(NATIVE_ERROR_CODES.argument, `A ring needs at least ${2 * DATA_OFFSET} bytes of memory.`);
  const words = new Int32Array(memory.buffer, 0, DATA_OFFSET / 4);
  // Positions are 32-bit numbers: a capacity above 2 ** 30 would make full and empty look alike.
  Atomics.store(words, 2, 2 ** Math.min(30, Math.floor(Math.log2(memory.size - DATA_OFFSET))));
  Atomics.store(words, 1, RING_VERSION);
  Atomics.store(words, 0, RING_MAGIC);
}

/** What both ends of a ring do. */
abstract class RingEnd {
  /** How many bytes fit into the ring. */
  readonly capacity: number;
  protected readonly words: Int32Array;
  protected readonly bytes: Uint8Array;
  protected readonly own: number;
  protected readonly peer: number;
  protected closed = false;

  /** @throws NativeError `MP_LAYOUT` where the memory holds no ring. */
  protected constructor(memory: SharedMemory, own: number, peer: number) {
    this.words = new Int32Array(memory.buffer, 0, DATA_OFFSET / 4);
    if (this.words[0] !== RING_MAGIC || this.words[1] !== RING_VERSION)
      throw new NativeError(NATIVE_ERROR_CODES.layout, 'This shared memory holds no ring of this version.');
    this.capacity = this.words[2] as number;
    if (DATA_OFFSET + this.capacity > memory.size)
      throw new NativeError(NATIVE_ERROR_CODES.layout, 'This ring is larger than its memory.');
    this.bytes = new Uint8Array(memory.buffer, DATA_OFFSET, this.capacity);
    this.own = own;
    this.peer = peer;
    const [, , thread] = addon().getProcessIds();
    Atomics.store(this.words, own + START, addon().getStartTime(thread) & 0x7fff_ffff);
    Atomics.store(this.words, own + THREAD, thread);
  }

  /** Whether the other side was closed, or its thread has ended. A side that nobody opened yet is not gone. */
  get peerGone(): boolean {
    this.checkOpen();
    if (Atomics.load(this.words, this.peer + CLOSED) !== 0) return true;
    const thread = Atomics.load(this.words, this.peer + THREAD);
    if (thread === 0) return false;
    const start = addon().getStartTime(thread);
    return start < 0 || (start & 0x7fff_ffff) !== Atomics.load(this.words, this.peer + START);
  }

  /** Closes this end, and wakes the other one. The memory stays the caller's. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    if (this.words.length === 0) return;
    Atomics.store(this.words, this.own + CLOSED, 1);
    this.wakePeer();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Moves this side's position, and wakes the other side if it sleeps. */
  protected advance(count: number): void {
    const at = this.own + POSITION;
    // Only this side writes it. A sequentially consistent store, so that the flag below is read after it.
    Atomics.store(this.words, at, (Atomics.load(this.words, at) + count) | 0);
    if (Atomics.load(this.words, this.peer + ASLEEP) !== 0) this.wakePeer();
  }

  /** How many bytes are in the ring. */
  protected fill(): number {
    const written = Atomics.load(this.words, SIDES.writer + POSITION);
    return (written - Atomics.load(this.words, SIDES.reader + POSITION)) >>> 0;
  }

  protected checkOpen(): void {
    if (this.closed || this.words.length === 0)
      throw new NativeError(NATIVE_ERROR_CODES.closed, 'This end of the ring is closed.');
  }

  /** Sleeps until the other side has moved, while `mustWait` holds. Answers whether the other side is gone. */
  protected async sleep(mustWait: () => boolean, signal?: AbortSignal): Promise<boolean> {
    const at = this.own + ASLEEP;
    while (mustWait()) {
      signal?.throwIfAborted();
      Atomics.store(this.words, at, 1);
      // Looked at once more with the flag up: whoever moves from here on sees it.
      const result =
        mustWait() && !this.peerClosed()
          ? await futexWaitAsync(this.words, at, 1, LOOK_AFTER_PEER_MS, signal)
          : 'woken';
      this.checkOpen();
      Atomics.store(this.words, at, 0);
      if (this.isOver(result === 'timed-out', mustWait)) return true;
    }
    return false;
  }

  /** The same, blocking this thread. */
  protected sleepSync(mustWait: () => boolean): boolean {
    const at = this.own + ASLEEP;
    while (mustWait()) {
      Atomics.store(this.words, at, 1);
      const result = mustWait() && !this.peerClosed() ? futexWait(this.words, at, 1, LOOK_AFTER_PEER_MS) : 'woken';
      Atomics.store(this.words, at, 0);
      if (this.isOver(result === 'timed-out', mustWait)) return true;
    }
    return false;
  }

  /** Whether there is nothing to wait for any more. What the other side did last counts before its end. */
  private isOver(lookAfterPeer: boolean, mustWait: () => boolean): boolean {
    return (this.peerClosed() || (lookAfterPeer && this.peerGone)) && mustWait();
  }

  private peerClosed(): boolean {
    return Atomics.load(this.words, this.peer + CLOSED) !== 0;
  }

  private wakePeer(): void {
    Atomics.store(this.words, this.peer + ASLEEP, 0);
    futexWake(this.words, this.peer + ASLEEP);
  }
}

/**
 * The writing end of a ring. One thread at a time has it.
 *
 * @example
 * const memory = SharedMemory.createAnonymous({ size: 1 << 20 });
 * createRing(memory);
 * const writer = new RingWriter(memory);
 * await writer.write(bytes);
 */
export class RingWriter extends RingEnd implements Disposable {
  /** Opens the writing end. */
  constructor(memory: SharedMemory) {
    super(memory, SIDES.writer, SIDES.reader);
  }

  /** How many bytes fit now. */
  get free(): number {
    this.checkOpen();
    return this.capacity - this.fill();
  }

  /**
   * Writes what fits. Never waits.
   *
   * @returns How many bytes were written; 0 where the ring is full.
   * @throws NativeError `MP_PEER_GONE` where the reader has closed its end.
   */
  tryWrite(bytes: Uint8Array): number {
    this.checkOpen();
    if (Atomics.load(this.words, this.peer + CLOSED) !== 0) throw gone('reader');
    const count = Math.min(bytes.length, this.capacity - this.fill());
    if (count > 0) this.#copyIn(bytes, count);
    return count;
  }

  /**
   * Writes everything, and waits for the reader to make room where there is none: that is the backpressure.
   *
   * @throws NativeError `MP_PEER_GONE` where the reader is gone; some of the bytes may be written then.
   */
  async write(bytes: Uint8Array, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    for (let rest = bytes.subarray(this.tryWrite(bytes)); rest.length > 0; rest = rest.subarray(this.tryWrite(rest)))
      if (await this.sleep(() => this.fill() === this.capacity, options.signal)) throw gone('reader');
  }

  /** The same, blocking this thread. */
  writeSync(bytes: Uint8Array): void {
    for (let rest = bytes.subarray(this.tryWrite(bytes)); rest.length > 0; rest = rest.subarray(this.tryWrite(rest)))
      if (this.sleepSync(() => this.fill() === this.capacity)) throw gone('reader');
  }

  #copyIn(bytes: Uint8Array, count: number): void {
    const start = Atomics.load(this.words, this.own + POSITION) & (this.capacity - 1);
    const first = Math.min(count, this.capacity - start);
    this.bytes.set(bytes.subarray(0, first), start);
    if (first < count) this.bytes.set(bytes.subarray(first, count), 0);
    this.advance(count);
  }
}

/** The reading end of a ring. One thread at a time has it. */
export class RingReader extends RingEnd implements Disposable {
  /** Opens the reading end. */
  constructor(memory: SharedMemory) {
    super(memory, SIDES.reader, SIDES.writer);
  }

  /** How many bytes can be read now. */
  get available(): number {
    this.checkOpen();
    return this.fill();
  }

  /**
   * Reads what there is, as much as fits. Never waits.
   *
   * @returns How many bytes were read; 0 where there are none.
   * @throws NativeError `MP_LAYOUT` where the writer claims more than the ring holds.
   */
  tryRead(into: Uint8Array): number {
    this.checkOpen();
    const fill = this.fill();
    if (fill > this.capacity)
      throw new NativeError(
        NATIVE_ERROR_CODES.layout,
        `The ring holds ${this.capacity} bytes and claims to hold ${fill}.`,
      );
    const count = Math.min(into.length, fill);
    if (count > 0) this.#copyOut(into, count);
    return count;
  }

  /**
   * Reads at least one byte, and waits until there is one.
   *
   * @returns How many bytes were read; 0 where the writer is gone and everything was read.
   */
  async read(into: Uint8Array, options: { readonly signal?: AbortSignal } = {}): Promise<number> {
    const count = this.tryRead(into);
    if (count > 0 || into.length === 0) return count;
    await this.sleep(() => this.fill() === 0, options.signal);
    return this.tryRead(into);
  }

  /** The same, blocking this thread. */
  readSync(into: Uint8Array): number {
    const count = this.tryRead(into);
    if (count > 0 || into.length === 0) return count;
    this.sleepSync(() => this.fill() === 0);
    return this.tryRead(into);
  }

  #copyOut(into: Uint8Array, count: number): void {
    const start = Atomics.load(this.words, this.own + POSITION) & (this.capacity - 1);
    const first = Math.min(count, this.capacity - start);
    into.set(this.bytes.subarray(start, start + first), 0);
    if (first < count) into.set(this.bytes.subarray(0, count - first), first);
    this.advance(count);
  }
}

function gone(side: 'reader' | 'writer'): NativeError {
  return new NativeError(NATIVE_ERROR_CODES.peerGone, `The ${side} of this ring is gone.`);
}
