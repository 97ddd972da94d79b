/** What a pool has done so far. */
export interface PoolCounts {
  /** Tasks that were taken in; a chunk counts as one. */
  readonly submitted: number;
  /** Tasks that workers answered, with a value or an error. */
  readonly answered: number;
  /** Tasks that ended with an error of their own or with their worker. */
  readonly failed: number;
  readonly cancelled: number;
  readonly timedOut: number;
  /** Runs that were repeated because the worker died. */
  readonly retried: number;
  /** Workers that were started. */
  readonly started: number;
  /** Workers that died without being asked to go. */
  readonly died: number;
  /** Workers that were ended because their task did not listen. */
  readonly killed: number;
  /** Workers that were replaced for the number of their tasks, their age or their memory. */
  readonly recycled: number;
  /** How long tasks ran, in milliseconds. */
  readonly runTime: { readonly mean: number; readonly max: number };
}

/** Counts what a pool does. */
export class PoolStatistics {
  submitted = 0;
  failed = 0;
  cancelled = 0;
  timedOut = 0;
  retried = 0;
  started = 0;
  died = 0;
  killed = 0;
  recycled = 0;
  #answered = 0;
  #wholeMs = 0;
  #longestMs = 0;

  /** A worker answered so many tasks. */
  batch(count: number, wholeMs: number, longestMs: number): void {
    this.#answered += count;
    this.#wholeMs += wholeMs;
    if (longestMs > this.#longestMs) this.#longestMs = longestMs;
  }

  /** The counts as they are now. */
  snapshot(): PoolCounts {
    const { submitted, failed, cancelled, timedOut, retried, started, died, killed, recycled } = this;
    return {
      submitted,
      answered: this.#answered,
      failed,
      cancelled,
      timedOut,
      retried,
      started,
      died,
      killed,
      recycled,
      runTime: { mean: this.#answered === 0 ? 0 : this.#wholeMs / this.#answered, max: this.#longestMs },
    };
  }
}
