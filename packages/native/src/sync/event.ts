import { futexWake } from '../futex/futex.js';
import type { SyncArena, SyncHandle } from './arena.js';
import { KINDS } from './layout.js';
import { LOOK_AGAIN_MS, type WaitOptions, type WaitPoint, waitUntil, waitUntilSync } from './waiting.js';

/** Something that has happened, or not yet. Everybody who waits for it goes on when it is set. */
export class Event {
  readonly #arena: SyncArena;
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #block: number;

  private constructor(arena: SyncArena, block: number) {
    this.#arena = arena;
    this.#words = arena.words;
    this.#block = block;
    this.#at = arena.expect(block, KINDS.event, 'event');
  }

  /** Makes an event that is not set. */
  static create(arena: SyncArena): Event {
    return new Event(arena, arena.allocate(KINDS.event));
  }

  /** Finds an event that somebody made. */
  static attach(arena: SyncArena, block: number): Event {
    return new Event(arena, block);
  }

  /** How others find it. */
  get handle(): SyncHandle {
    return this.#arena.handle(this.#block);
  }

  /** Whether it is set. */
  isSet(): boolean {
    this.#arena.checkOpen();
    return Atomics.load(this.#words, this.#at) === 1;
  }

  /** Sets it: it has happened, until {@link Event.clear}. */
  set(): void {
    this.#arena.checkOpen();
    if (Atomics.exchange(this.#words, this.#at, 1) === 0) futexWake(this.#words, this.#at);
  }

  /** Makes it one that has not happened. */
  clear(): void {
    this.#arena.checkOpen();
    Atomics.store(this.#words, this.#at, 0);
  }

  /** Resolves when it is set. @throws NativeError `MP_TIMEOUT`; the signal's reason. */
  async wait(options?: WaitOptions): Promise<void> {
    await waitUntil(this.#point(), () => this.isSet() || undefined, 'An event', options);
  }

  /** Blocks this thread until it is set. @throws NativeError `MP_TIMEOUT`. */
  waitSync(options?: WaitOptions): void {
    waitUntilSync(this.#point(), () => this.isSet() || undefined, 'An event', options);
  }

  /** Removes it from its arena. Nobody may use it any more. */
  destroy(): void {
    this.#arena.free(this.#block);
  }

  #point(): WaitPoint {
    return { words: this.#words, index: this.#at, value: 0, lookAgainMs: LOOK_AGAIN_MS };
  }
}
