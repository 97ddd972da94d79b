import { futexWake } from '../futex/futex.js';
import type { SyncArena } from './arena.js';
import { KINDS } from './layout.js';
import { Primitive } from './primitive.js';
import { LOOK_AGAIN_MS, type WaitOptions, type WaitPoint, waitUntil, waitUntilSync } from './waiting.js';

/** Something that has happened, or not yet. Everybody who waits for it goes on when it is set. */
export class Event extends Primitive {
  private constructor(arena: SyncArena, block: number) {
    super(arena, block, KINDS.event, 'event');
  }

  /** Makes an event that is not set. */
  static create(arena: SyncArena): Event {
    return new Event(arena, arena.allocate(KINDS.event));
  }

  /** Finds an event that somebody made. */
  static attach(arena: SyncArena, block: number): Event {
    return new Event(arena, block);
  }

  /** Whether it is set. */
  isSet(): boolean {
    this.arena.checkOpen();
    return Atomics.load(this.words, this.at) === 1;
  }

  /** Sets it: it has happened, until {@link Event.clear}. */
  set(): void {
    this.arena.checkOpen();
    if (Atomics.exchange(this.words, this.at, 1) === 0) futexWake(this.words, this.at);
  }

  /** Makes it one that has not happened. */
  clear(): void {
    this.arena.checkOpen();
    Atomics.store(this.words, this.at, 0);
  }

  /** Resolves when it is set. @throws NativeError `MP_TIMEOUT`; the signal's reason. */
  async wait(options?: WaitOptions): Promise<void> {
    await waitUntil(this.#point(), () => this.isSet() || undefined, 'An event', options);
  }

  /** Blocks this thread until it is set. @throws NativeError `MP_TIMEOUT`. */
  waitSync(options?: WaitOptions): void {
    waitUntilSync(this.#point(), () => this.isSet() || undefined, 'An event', options);
  }

  #point(): WaitPoint {
    return { words: this.words, index: this.at, value: 0, lookAgainMs: LOOK_AGAIN_MS };
  }
}
