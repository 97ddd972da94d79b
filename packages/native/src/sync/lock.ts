import { futexWake } from '../futex/futex.js';
import { NATIVE_ERROR_CODES, NativeError } from '../native-error.js';
import type { SyncArena } from './arena.js';
import { KINDS } from './layout.js';
import { Primitive } from './primitive.js';
import { LOOK_AGAIN_MS, type WaitOptions, type WaitPoint, waitUntil, waitUntilSync } from './waiting.js';

// The first word of the block: the owner word of the holder (see members.ts), with a flag where somebody waits.
// 0 is free; the flag alone is free, but kept for one who has waited too long. The second word: how many those are.

const OWNER_MASK = 0x3fff_ffff;
const WAITERS = 0x4000_0000;
const STARVING_WORD = 1;
/** Who has waited longer gets the lock handed over, however fast others take it. */
const STARVE_MS = 4;

/** A lock that is held, by whoever has this object. */
export class Hold implements Disposable {
  /** The one who had the lock before died with it: what it protects may be half changed. */
  readonly ownerDied: boolean;
  readonly #lock: Lock;
  #owner: number;

  /** Made by {@link Lock}. */
  constructor(lock: Lock, owner: number, ownerDied: boolean) {
    this.#lock = lock;
    this.#owner = owner;
    this.ownerDied = ownerDied;
  }

  /** Whether it was not released yet. */
  get held(): boolean {
    return this.#owner !== 0;
  }

  /**
   * Lets the next one have the lock.
   *
   * @throws NativeError `MP_NOT_HELD` where it was released already, or in a child that was forked meanwhile.
   */
  release(): void {
    const owner = this.#owner;
    this.#owner = 0;
    this.#lock.releaseAs(owner);
  }

  [Symbol.dispose](): void {
    if (this.held) this.release();
  }
}

/**
 * Lets one at a time do something, of all processes, threads and asynchronous flows that share it.
 *
 * It belongs to the one who holds the {@link Hold}, not to a process: two flows of one process exclude each other.
 * Taking and releasing it is one atomic operation each while nobody else wants it. A holder that dies is noticed
 * within 50 ms by those who wait, and the next one is told. Nobody waits much longer than others while it is handed
 * on.
 *
 * @example
 * using hold = await lock.acquire();
 * if (hold.ownerDied) repair();
 */
export class Lock extends Primitive {
  private constructor(arena: SyncArena, block: number) {
    super(arena, block, KINDS.lock, 'lock');
  }

  /** Makes a lock that nobody holds. */
  static create(arena: SyncArena): Lock {
    return new Lock(arena, arena.allocate(KINDS.lock));
  }

  /** Finds a lock that somebody made. */
  static attach(arena: SyncArena, block: number): Lock {
    return new Lock(arena, block);
  }

  /** Whether anybody holds it, as far as can be said before it changes. */
  get locked(): boolean {
    return (Atomics.load(this.words, this.at) & OWNER_MASK) !== 0;
  }

  /** Takes it if it is free. */
  tryAcquire(): Hold | undefined {
    this.arena.checkOpen();
    const { own } = this.arena.members;
    return Atomics.compareExchange(this.words, this.at, 0, own) === 0 ? new Hold(this, own, false) : undefined;
  }

  /**
   * Takes it as soon as it is free. Blocks nothing.
   *
   * @throws NativeError `MP_TIMEOUT`; the signal's reason; `MP_CLOSED` where the memory is closed meanwhile.
   */
  async acquire(options?: WaitOptions): Promise<Hold> {
    return this.tryAcquire() ?? (await this.#waitFor((attempt, point) => waitUntil(point, attempt, 'A lock', options)));
  }

  /**
   * Takes it as soon as it is free, and blocks this thread until then.
   *
   * @throws NativeError `MP_DEADLOCK` where this thread holds it itself: it could not release it while it waits.
   */
  acquireSync(options?: WaitOptions): Hold {
    const hold = this.tryAcquire();
    if (hold !== undefined) return hold;
    if ((Atomics.load(this.words, this.at) & OWNER_MASK) === this.arena.members.own)
      throw new NativeError(
        NATIVE_ERROR_CODES.deadlock,
        'This thread holds the lock already, and would wait for itself for ever. Use acquire, or release it first.',
      );
    return this.#waitFor((attempt, point) => waitUntilSync(point, attempt, 'A lock', options));
  }

  /** Releases it for a {@link Hold}. */
  releaseAs(owner: number): void {
    this.arena.checkOpen();
    const words = this.words;
    const at = this.at;
    if (owner !== 0 && Atomics.compareExchange(words, at, owner, 0) === owner) return;
    if (owner === 0 || Atomics.load(words, at) !== (owner | WAITERS))
      throw new NativeError(NATIVE_ERROR_CODES.notHeld, 'This lock is not held here any more.');
    // Only the holder changes the word while the flag is set.
    const starving = Atomics.load(words, at + STARVING_WORD) > 0;
    Atomics.store(words, at, starving ? WAITERS : 0);
    // The one that it is kept for is not known to the kernel: all look, and all but one wait again.
    futexWake(words, at, starving ? 0x7fff_ffff : 1);
  }

  /** Waits by the means that are given, as one who may come to starve. */
  #waitFor<R>(wait: (attempt: () => Hold | undefined, point: WaitPoint) => R): R {
    const words = this.words;
    const at = this.at;
    const { members } = this.arena;
    const { own } = members;
    const point: WaitPoint = { words, index: at, value: 0, lookAgainMs: STARVE_MS };
    const since = performance.now();
    let looked = since;
    let starving = false;
    const take = (expected: number, ownerDied: boolean): Hold | undefined => {
      // Others may be waiting: who releases it must look.
      if (Atomics.compareExchange(words, at, expected, own | WAITERS) !== expected) return undefined;
      // Kept for one who did not come: who was counted as starving is dead.
      if (expected === WAITERS && !starving) Atomics.store(words, at + STARVING_WORD, 0);
      if (starving) this.#changeStarving(-1);
      starving = false;
      return new Hold(this, own, ownerDied);
    };
    const attempt = (): Hold | undefined => {
      for (;;) {
        const now = performance.now();
        const found = Atomics.load(words, at);
        const owner = found & OWNER_MASK;
        // Nothing changed for a whole look: the one for whom it is kept, or who holds it, may be dead.
        const stale = found === point.value && now - looked >= LOOK_AGAIN_MS / 2;
        looked = found === point.value && !stale ? looked : now;
        if (!starving && now - since > STARVE_MS) {
          starving = true;
          point.lookAgainMs = LOOK_AGAIN_MS;
          this.#changeStarving(1);
        }
        const dead = owner !== 0 && stale && members.isDead(owner);
        if (found === 0 || dead || (found === WAITERS && (starving || stale))) {
          const hold = take(found, dead);
          if (hold !== undefined) return hold;
          continue;
        }
        point.value = found | WAITERS;
        if (found === point.value || Atomics.compareExchange(words, at, found, point.value) === found) return undefined;
      }
    };
    const giveUp = (error: unknown): never => {
      if (starving) this.#changeStarving(-1);
      starving = false;
      // A wake that was meant for this one goes to another.
      if (words.length > 0 && (Atomics.load(words, at) & OWNER_MASK) === 0) futexWake(words, at, 1);
      throw error;
    };
    try {
      const result = wait(attempt, point);
      return (result instanceof Promise ? result.catch(giveUp) : result) as R;
    } catch (error) {
      return giveUp(error);
    }
  }

  /** Never below zero: one who starved and died is counted until the lock was kept for nobody. */
  #changeStarving(by: number): void {
    const words = this.words;
    const index = this.at + STARVING_WORD;
    if (words.length === 0) return;
    for (let count = Atomics.load(words, index); ; count = Atomics.load(words, index))
      if (Atomics.compareExchange(words, index, count, Math.max(0, count + by)) === count) return;
  }
}
