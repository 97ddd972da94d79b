import { translated } from '../native/native-errors.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import type { Grant, LockBackend, SyncWaitOptions } from './backend.js';
import { arrivingOr, requireSync, SyncPrimitive } from './primitive.js';

/** A lock that is held, by whoever has this object. Released at the end of a `using` block, too. */
export class Hold implements Disposable, AsyncDisposable {
  #grant: Grant;
  readonly #onRelease: (hold: Hold) => void;

  /** @internal */
  constructor(grant: Grant, onRelease: (hold: Hold) => void) {
    this.#grant = grant;
    this.#onRelease = onRelease;
  }

  /** The one who had the lock before died with it: what it protects may be half changed. */
  get ownerDied(): boolean {
    return this.#grant.ownerDied;
  }

  /** Whether it was not released yet. */
  get held(): boolean {
    return this.#grant.held;
  }

  /**
   * Lets the next one have the lock. In shared memory that is done when the call returns; without @mp/native, when the
   * promise resolves.
   *
   * @throws ProcessError with code `MP_NOT_HELD` where it was released already.
   */
  release(): Promise<void> {
    if (!this.held) throw notHeld('release it');
    this.#onRelease(this);
    const releasing = translated(() => this.#grant.release());
    return releasing instanceof Promise ? releasing : DONE;
  }

  [Symbol.dispose](): void {
    if (this.held) void this.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.held) await this.release();
  }

  /** @internal What a condition waits with; it gives another grant back. */
  get grant(): Grant {
    return this.#grant;
  }

  set grant(grant: Grant) {
    this.#grant = grant;
  }
}

/**
 * Lets one at a time do something, of all processes, threads and asynchronous flows that share it. It can be sent to any
 * of them: as an argument, in a result, in a queue, captured by a function.
 *
 * It belongs to whoever holds it, not to a process: two flows of one process exclude each other. When the holder dies, the
 * next one gets it, and is told by {@link Hold.ownerDied}.
 *
 * @example
 * const lock = new Lock();
 * await pool.map((file) => lock.runExclusive(() => append(file)), files);
 */
export class Lock extends SyncPrimitive {
  /** @internal */
  readonly backend: LockBackend;
  #hold: Hold | undefined;

  constructor() {
    super();
    this.backend = arrivingOr(() => (new.target as typeof Lock).origin().lock());
  }

  /**
   * Takes it as soon as it is free.
   *
   * @throws TimeoutError where that was not in the time given; the signal's reason.
   */
  async acquire(options: SyncWaitOptions = {}): Promise<Hold> {
    return this.#take(await this.backend.acquire(options));
  }

  /**
   * Takes it as soon as it is free, and blocks this thread until then.
   *
   * @throws ProcessError with code `MP_DEADLOCK` where this thread has it itself, `MP_NATIVE_UNAVAILABLE` without @mp/native.
   */
  acquireSync(options: SyncWaitOptions = {}): Hold {
    return this.#take(requireSync(this.backend.sync, 'acquireSync').acquire(options));
  }

  /** Takes it if it is free. */
  async tryAcquire(): Promise<Hold | undefined> {
    const grant = await this.backend.tryAcquire();
    return grant && this.#take(grant);
  }

  /** Takes it if it is free. Needs @mp/native, as every method whose name ends so. */
  tryAcquireSync(): Hold | undefined {
    const grant = requireSync(this.backend.sync, 'tryAcquireSync').tryAcquire();
    return grant && this.#take(grant);
  }

  /**
   * Lets the next one have it, for who did not keep the {@link Hold}.
   *
   * @throws ProcessError with code `MP_NOT_HELD` where this object does not hold it.
   */
  release(): Promise<void> {
    return this.currentHold('release it').release();
  }

  /** Whether anybody holds it, as far as can be said before it changes. */
  locked(): Promise<boolean> {
    return this.backend.isLocked();
  }

  /** {@link locked}, at once. */
  lockedSync(): boolean {
    return requireSync(this.backend.sync, 'lockedSync').isLocked();
  }

  /** Runs a function while it holds the lock. */
  async runExclusive<T>(fn: (hold: Hold) => T | PromiseLike<T>, options?: SyncWaitOptions): Promise<T> {
    const hold = await this.acquire(options);
    try {
      return await fn(hold);
    } finally {
      await hold[Symbol.asyncDispose]();
    }
  }

  /** {@link runExclusive} of a function that does not wait, blocking this thread. */
  runExclusiveSync<T>(fn: (hold: Hold) => T, options?: SyncWaitOptions): T {
    const hold = this.acquireSync(options);
    try {
      return fn(hold);
    } finally {
      hold[Symbol.dispose]();
    }
  }

  /** @internal The hold that was taken by this object. */
  currentHold(purpose: string): Hold {
    if (this.#hold?.held === true) return this.#hold;
    throw notHeld(purpose);
  }

  #take(grant: Grant): Hold {
    this.#hold = new Hold(grant, (hold) => {
      if (this.#hold === hold) this.#hold = undefined;
    });
    return this.#hold;
  }
}

const DONE: Promise<void> = Promise.resolve();

function notHeld(purpose: string): ProcessError {
  return new ProcessError(
    PROCESS_ERROR_CODES.notHeld,
    `This lock is not held here: acquire it to ${purpose}, in this process and by this object.`,
  );
}
