import type { StartMethod } from '../launch/launcher.js';
import { cpuCount } from '../platform/cpus.js';

/**
 * The turn of the event loop in which a pool is made. What makes a pool goes on to give it tasks: this process captures and
 * encodes them while the first workers boot, and needs a processor for that. So a worker for each of the other processors is
 * started at once, and the rest when this turn is over.
 *
 * On two processors, with two workers, the first result is there in three fifths of the time, and both workers when they
 * would have been.
 */
export class FirstTurn {
  #left: number;
  #resume: (() => void) | undefined;
  #after: NodeJS.Immediate | undefined;
  #isOver: boolean;

  /** @param method - Copies of this process are made in no time, and are to be what it was when the pool was made. */
  constructor(method: StartMethod) {
    this.#isOver = method !== 'spawn' && method !== 'thread';
    this.#left = this.#isOver ? 0 : Math.max(1, cpuCount() - 1);
  }

  /**
   * Whether one more worker may be started now.
   *
   * @param resume - Called when all may.
   */
  mayStart(resume: () => void): boolean {
    if (this.#isOver) return true;
    this.#resume = resume;
    this.#after ??= later(() => this.end()).unref();
    return this.#left-- > 0;
  }

  /** The turn is over, or a worker is ready already: the rest may be started. */
  end(): void {
    if (this.#isOver) return;
    this.stop();
    this.#resume?.();
  }

  /** No worker is wanted any more. */
  stop(): void {
    this.#isOver = true;
    clear(this.#after);
  }
}

// Kept from when the module was loaded: tests of users replace timers.
const later: (action: () => void) => NodeJS.Immediate = setImmediate;
const clear: (immediate: NodeJS.Immediate | undefined) => void = clearImmediate;
