import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import type { SemaphoreBackend, SyncWaitOptions } from './backend.js';
import { arrivingOr, requireSync, SyncPrimitive } from './primitive.js';

const LARGEST = 0x7fff_ffff;

/**
 * A number of permits, which any process may take and give back: also one that took none, to tell the others that there is
 * something to do. A permit that a process takes with it when it dies is lost; use a {@link Lock} where that matters.
 */
export class Semaphore extends SyncPrimitive {
  /** @internal */
  readonly backend: SemaphoreBackend;

  /** @param permits - How many there are at first. */
  constructor(permits = 1) {
    super();
    this.backend = arrivingOr(() => {
      const least = (new.target as typeof Semaphore).isBounded ? 1 : 0;
      if (!Number.isInteger(permits) || permits < least || permits > LARGEST)
        throw new ProcessError(PROCESS_ERROR_CODES.argument, `A semaphore cannot have ${permits} permits.`);
      return (new.target as typeof Semaphore).origin().semaphore(permits, least === 1 ? permits : 0);
    });
  }

  /** @internal Whether there may never be more permits than at first. */
  static readonly isBounded: boolean = false;

  /** Takes a permit as soon as there is one. @throws TimeoutError; the signal's reason. */
  acquire(options: SyncWaitOptions = {}): Promise<void> {
    return this.backend.acquire(options);
  }

  /** The same, blocking this thread. */
  acquireSync(options: SyncWaitOptions = {}): void {
    requireSync(this.backend.sync, 'acquireSync').acquire(options);
  }

  /** Takes a permit if there is one. @returns Whether it did. */
  tryAcquire(): Promise<boolean> {
    return this.backend.tryAcquire();
  }

  /** {@link tryAcquire}, at once. */
  tryAcquireSync(): boolean {
    return requireSync(this.backend.sync, 'tryAcquireSync').tryAcquire();
  }

  /**
   * Gives permits back.
   *
   * @throws ProcessError with code `MP_NOT_HELD` where there would be more than a bounded semaphore has.
   */
  release(permits = 1): Promise<void> {
    return this.backend.release(permits);
  }

  /** {@link release}, at once. */
  releaseSync(permits = 1): void {
    requireSync(this.backend.sync, 'releaseSync').release(permits);
  }

  /** How many permits there are, as far as can be said before it changes. */
  getValue(): Promise<number> {
    return this.backend.value();
  }

  /** {@link getValue}, at once. */
  getValueSync(): number {
    return requireSync(this.backend.sync, 'getValueSync').value();
  }

  /** Runs a function while it has a permit. */
  async runExclusive<T>(fn: () => T | PromiseLike<T>, options?: SyncWaitOptions): Promise<T> {
    await this.acquire(options);
    try {
      return await fn();
    } finally {
      await this.release();
    }
  }
}

/** A {@link Semaphore} that never has more permits than at first: giving back too many is an error. */
export class BoundedSemaphore extends Semaphore {
  /** @internal */
  static override readonly isBounded: boolean = true;
}
