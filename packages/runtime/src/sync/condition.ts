import { TimeoutError } from '../protocol/errors.js';
import type { ConditionBackend, ConditionWait, SyncWaitOptions } from './backend.js';
import { type Hold, Lock } from './lock.js';
import { arrivingOr, requireSync, SyncPrimitive } from './primitive.js';

/**
 * Waits for something to become true that a lock protects.
 *
 * @example
 * const hold = await condition.acquire();
 * await condition.waitFor(() => jobs.length > 0);
 * take(jobs);
 * hold.release();
 */
export class Condition extends SyncPrimitive {
  /** The lock that must be held to wait and to notify. */
  readonly lock: Lock;
  /** @internal */
  readonly backend: ConditionBackend;

  /** @param lock - Protects what is waited for. A new one by default. */
  constructor(lock?: Lock) {
    super();
    const target = new.target as typeof Condition;
    this.lock = lock ?? new (target.lockClass())();
    this.backend = arrivingOr(() => this.lock.backend.createCondition());
  }

  /** @internal The class of the lock that belongs to a condition without one. */
  static lockClass: () => typeof Lock = () => Lock;

  /** Takes the lock; see {@link Lock.acquire}. */
  acquire(options?: SyncWaitOptions): Promise<Hold> {
    return this.lock.acquire(options);
  }

  /** The same, blocking this thread. */
  acquireSync(options?: SyncWaitOptions): Hold {
    return this.lock.acquireSync(options);
  }

  /** Releases the lock. */
  release(): Promise<void> {
    return this.lock.release();
  }

  /**
   * Releases the lock, waits until somebody notifies, and takes the lock again. Look again then: it may have ended
   * without a reason, when somebody died who had been told. {@link waitFor} does that.
   *
   * @throws TimeoutError; the signal's reason. The lock is held again then, too.
   */
  async wait(options: SyncWaitOptions = {}): Promise<void> {
    const hold = this.lock.currentHold('wait for the condition');
    options.signal?.throwIfAborted();
    resume(hold, await this.backend.wait(hold.grant, options));
  }

  /** The same, blocking this thread. */
  waitSync(options: SyncWaitOptions = {}): void {
    const sync = requireSync(this.backend.sync, 'waitSync');
    const hold = this.lock.currentHold('wait for the condition');
    resume(hold, sync.wait(hold.grant, options));
  }

  /**
   * Waits until something is true, and looks each time somebody notifies.
   *
   * @param isTrue - Called while the lock is held.
   * @returns What it answered last.
   * @throws TimeoutError where it was not true in the time given.
   */
  async waitFor<T>(isTrue: () => T | PromiseLike<T>, options: SyncWaitOptions = {}): Promise<T> {
    const { timeoutMs = Number.POSITIVE_INFINITY, signal } = options;
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const answer = await isTrue();
      if (answer) return answer;
      const left = deadline - performance.now();
      if (left <= 0) throw new TimeoutError(`A condition was waited for in vain for ${timeoutMs} ms.`);
      await this.wait({ timeoutMs: left, signal });
    }
  }

  /** Lets some of those who wait go on, when the lock is released. */
  notify(count = 1): Promise<void> {
    return this.backend.notify(this.lock.currentHold('notify').grant, count);
  }

  /** Lets all who wait go on, when the lock is released. */
  notifyAll(): Promise<void> {
    return this.notify(Number.POSITIVE_INFINITY);
  }

  /** {@link notify}, at once. */
  notifySync(count = 1): void {
    const sync = requireSync(this.backend.sync, 'notifySync');
    sync.notify(this.lock.currentHold('notify').grant, count);
  }
}

function resume(hold: Hold, { grant, failure }: ConditionWait): void {
  hold.grant = grant;
  if (failure !== undefined) throw failure.error;
}
