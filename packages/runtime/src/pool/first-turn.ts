import type { StartMethod } from '../launch/launcher.js';
import { cpuCount } from '../platform/cpus.js';
import { startTimer, stopTimer, type Timer } from '../platform/timers.js';

/** A first worker that takes longer than this to be ready is not waited for by the rest. */
const BOOT_MS = 150;
/** So soon after it is ready it has begun with what was waiting for it. */
const SETTLED_MS = 10;

/**
 * The time in which a pool has its first workers only. What makes a pool goes on to give it tasks: this process captures and
 * encodes them while the first workers boot, and needs a processor for that. So a worker for each of the other processors is
 * started at once. The rest follow when the turn of the event loop is over in which the pool was made, where there are tasks
 * for them; otherwise when the first worker has begun to work: starting one more process keeps this one from answering, and
 * takes a processor from the worker that is waited for.
 *
 * On two processors, with two workers and one task, the first result is there in three fifths of the time.
 */
export class FirstTurn {
  #left: number;
  #resume: (() => void) | undefined;
  #after: NodeJS.Immediate | undefined;
  #atLatest: Timer | undefined;
  #isTurnOver = false;
  #isOver: boolean;

  /** @param method - Copies of this process are made in no time, and are to be what it was when the pool was made. */
  constructor(method: StartMethod) {
    this.#isOver = method !== 'spawn' && method !== 'thread';
    this.#left = this.#isOver ? 0 : Math.max(1, cpuCount() - 1);
  }

  /**
   * Whether one more worker may be started now.
   *
   * @param isNeeded - Whether there are more tasks than workers that are being started.
   * @param resume - Called when it may be asked again.
   */
  mayStart(isNeeded: boolean, resume: () => void): boolean {
    if (this.#isOver) return true;
    this.#resume = resume;
    this.#after ??= soon(() => this.#endTurn()).unref();
    this.#atLatest ??= startTimer(() => this.end(), BOOT_MS).unref();
    return this.#left-- > 0 || (isNeeded && this.#isTurnOver);
  }

  #endTurn(): void {
    this.#isTurnOver = true;
    this.#resume?.();
  }

  /** A worker is ready. @param isAwaited - Whether there are tasks, which it is about to be given. */
  ready(isAwaited: boolean): void {
    if (this.#isOver) return;
    if (!isAwaited) return this.end();
    stopTimer(this.#atLatest);
    this.#atLatest = startTimer(() => this.end(), SETTLED_MS).unref();
  }

  /** All workers may be started. */
  end(): void {
    if (this.#isOver) return;
    this.stop();
    this.#resume?.();
  }

  /** No worker is wanted any more. */
  stop(): void {
    this.#isOver = true;
    clearSoon(this.#after);
    stopTimer(this.#atLatest);
  }
}

// Kept from when the module was loaded: tests of users replace timers.
const soon: (action: () => void) => NodeJS.Immediate = setImmediate;
const clearSoon: (immediate: NodeJS.Immediate | undefined) => void = clearImmediate;
