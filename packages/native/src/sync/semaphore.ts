import { futexWake } from '../futex/futex.js';
import { NATIVE_ERROR_CODES, NativeError } from '../native-error.js';
import type { SyncArena } from './arena.js';
import { KINDS } from './layout.js';
import { Primitive } from './primitive.js';
import { LOOK_AGAIN_MS, type WaitOptions, type WaitPoint, waitUntil, waitUntilSync } from './waiting.js';

// The first word of the block: how many permits there are. The second: how many wait, at least that many. The third:
// the bound, 0 for none.

const WAITING = 1;
const BOUND = 2;
const LARGEST = 0x7fff_ffff;

/**
 * A number of permits, to be taken and given back by anyone: also by one who took none, to tell others that there is
 * something to do. A permit that a process takes with it when it dies is lost; use a {@link Lock} where that matters.
 */
export class Semaphore extends Primitive {
  /** Use {@link Semaphore.create} and {@link Semaphore.attach}. */
  protected constructor(arena: SyncArena, block: number) {
    super(arena, block, KINDS.semaphore, 'semaphore');
  }

  /** Makes a semaphore with a number of permits. */
  static create(arena: SyncArena, permits = 1): Semaphore {
    return new Semaphore(arena, initialize(arena, permits, 0));
  }

  /** Finds a semaphore that somebody made, bounded or not. */
  static attach(arena: SyncArena, block: number): Semaphore {
    return new Semaphore(arena, block);
  }

  /** How many permits there are, as far as can be said before it changes. */
  get value(): number {
    this.arena.checkOpen();
    return Atomics.load(this.words, this.at);
  }

  /** Takes a permit if there is one. */
  tryAcquire(): boolean {
    this.arena.checkOpen();
    for (;;) {
      const value = Atomics.load(this.words, this.at);
      if (value <= 0) return false;
      if (Atomics.compareExchange(this.words, this.at, value, value - 1) === value) return true;
    }
  }

  /** Takes a permit as soon as there is one. @throws NativeError `MP_TIMEOUT`; the signal's reason. */
  async acquire(options?: WaitOptions): Promise<void> {
    if (this.tryAcquire()) return;
    const leave = this.#queue();
    try {
      await waitUntil(this.#point(), () => this.tryAcquire() || undefined, 'A semaphore', options);
    } finally {
      leave();
    }
  }

  /** Takes a permit as soon as there is one, and blocks this thread until then. */
  acquireSync(options?: WaitOptions): void {
    if (this.tryAcquire()) return;
    const leave = this.#queue();
    try {
      waitUntilSync(this.#point(), () => this.tryAcquire() || undefined, 'A semaphore', options);
    } finally {
      leave();
    }
  }

  /**
   * Gives permits back.
   *
   * @throws NativeError `MP_NOT_HELD` where there would be more than a bounded semaphore has.
   */
  release(permits = 1): void {
    this.arena.checkOpen();
    const words = this.words;
    const bound = Atomics.load(words, this.at + BOUND) || LARGEST;
    for (;;) {
      const value = Atomics.load(words, this.at);
      if (permits < 1 || value + permits > bound)
        throw new NativeError(
          NATIVE_ERROR_CODES.notHeld,
          `${permits} permits cannot be given back to a semaphore that has ${value} of at most ${bound}.`,
        );
      if (Atomics.compareExchange(words, this.at, value, value + permits) === value) break;
    }
    if (Atomics.load(words, this.at + WAITING) > 0) futexWake(words, this.at, permits);
  }

  /** It is waited for while there is no permit. */
  #point(): WaitPoint {
    return { words: this.words, index: this.at, value: 0, lookAgainMs: LOOK_AGAIN_MS };
  }

  #queue(): () => void {
    Atomics.add(this.words, this.at + WAITING, 1);
    return () => {
      if (this.words.length > 0) Atomics.sub(this.words, this.at + WAITING, 1);
    };
  }
}

/** A {@link Semaphore} that never has more permits than at its start: giving back too many is an error. */
export class BoundedSemaphore extends Semaphore {
  /** Makes a semaphore with a number of permits, which is also its bound. */
  static override create(arena: SyncArena, permits = 1): BoundedSemaphore {
    return new BoundedSemaphore(arena, initialize(arena, permits, permits));
  }
}

function initialize(arena: SyncArena, permits: number, bound: number): number {
  if (!Number.isInteger(permits) || permits < (bound > 0 ? 1 : 0) || permits > LARGEST)
    throw new NativeError(NATIVE_ERROR_CODES.argument, `A semaphore cannot have ${permits} permits.`);
  const block = arena.allocate(KINDS.semaphore);
  const at = arena.locate(block);
  Atomics.store(arena.words, at + BOUND, bound);
  Atomics.store(arena.words, at, permits);
  return block;
}
