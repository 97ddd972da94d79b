import { futexWake } from '../futex/futex.js';
import { NATIVE_ERROR_CODES, NativeError } from '../native-error.js';
import type { SyncArena } from './arena.js';
import { KINDS } from './layout.js';
import type { Hold, Lock } from './lock.js';
import { Primitive } from './primitive.js';
import { LOOK_AGAIN_MS, type WaitOptions, type WaitPoint, waitUntil, waitUntilSync } from './waiting.js';

// The first word of the block: how many of those who were waiting may go on. The second: how many wait and may not.
// Both change under the lock only, but for the first when one goes on.

const WAITING = 1;

/**
 * Waits for something to become true that is protected by a lock. Look again after every wait: it may end without a
 * reason, when somebody died who had been told.
 *
 * @example
 * let hold = await lock.acquire();
 * while (queueIsEmpty()) hold = await condition.wait(hold);
 * take();
 * hold.release();
 */
export class Condition extends Primitive {
  readonly #lock: Lock;

  private constructor(arena: SyncArena, block: number, lock: Lock) {
    super(arena, block, KINDS.condition, 'condition');
    this.#lock = lock;
  }

  /** Makes a condition on what a lock protects. */
  static create(arena: SyncArena, lock: Lock): Condition {
    return new Condition(arena, arena.allocate(KINDS.condition), lock);
  }

  /** Finds a condition that somebody made, with the same lock. */
  static attach(arena: SyncArena, block: number, lock: Lock): Condition {
    return new Condition(arena, block, lock);
  }

  /** How many wait and were not notified yet, as far as can be said without the lock. */
  get waiting(): number {
    this.arena.checkOpen();
    return Atomics.load(this.words, this.at + WAITING);
  }

  /**
   * Releases the lock, waits until somebody notifies, and takes the lock again.
   *
   * @returns The new hold. The one that was given is released.
   * @throws NativeError `MP_TIMEOUT`; the signal's reason. The lock is not held then.
   */
  async wait(hold: Hold, options?: WaitOptions): Promise<Hold> {
    this.#enter(hold);
    try {
      await waitUntil(this.#point(), () => this.#goOn(), 'A condition', options);
    } catch (error) {
      this.#leave(await this.#lock.acquire());
      throw error;
    }
    return this.#lock.acquire();
  }

  /** The same, blocking this thread. */
  waitSync(hold: Hold, options?: WaitOptions): Hold {
    this.#enter(hold);
    try {
      waitUntilSync(this.#point(), () => this.#goOn(), 'A condition', options);
    } catch (error) {
      this.#leave(this.#lock.acquireSync());
      throw error;
    }
    return this.#lock.acquireSync();
  }

  /** Lets some of those who wait go on, when the lock is released. */
  notify(hold: Hold, count = 1): void {
    this.#check(hold);
    const words = this.words;
    const going = Math.min(count, Atomics.load(words, this.at + WAITING));
    if (going <= 0) return;
    Atomics.sub(words, this.at + WAITING, going);
    Atomics.add(words, this.at, going);
    futexWake(words, this.at, going);
  }

  /** Lets all who wait go on, when the lock is released. */
  notifyAll(hold: Hold): void {
    this.notify(hold, Number.POSITIVE_INFINITY);
  }

  #check(hold: Hold): void {
    this.arena.checkOpen();
    if (!hold.held)
      throw new NativeError(NATIVE_ERROR_CODES.notHeld, 'The lock of a condition must be held to wait or to notify.');
  }

  #enter(hold: Hold): void {
    this.#check(hold);
    Atomics.add(this.words, this.at + WAITING, 1);
    hold.release();
  }

  #goOn(): true | undefined {
    const words = this.words;
    for (let going = Atomics.load(words, this.at); going > 0; going = Atomics.load(words, this.at))
      if (Atomics.compareExchange(words, this.at, going, going - 1) === going) return true;
    return undefined;
  }

  /** One who gives up: somebody may have counted on it in the meantime. */
  #leave(hold: Hold): void {
    const words = this.words;
    if (this.#goOn() === undefined && Atomics.load(words, this.at + WAITING) > 0)
      Atomics.sub(words, this.at + WAITING, 1);
    hold.release();
  }

  #point(): WaitPoint {
    return { words: this.words, index: this.at, value: 0, lookAgainMs: LOOK_AGAIN_MS };
  }
}
