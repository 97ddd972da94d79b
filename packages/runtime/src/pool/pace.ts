/**
 * How long the tasks of one function take, learned from those that were done.
 *
 * It rises at once and falls slowly: believing a slow task to be quick delays the tasks behind it, the opposite costs
 * a little throughput.
 */
export class Pace {
  #ms: number | undefined;

  /** The expected duration of a task in milliseconds; undefined before the first one was done. */
  get ms(): number | undefined {
    return this.#ms;
  }

  /**
   * Learns from a batch.
   *
   * @param count - Tasks that were done.
   * @param wholeMs - How long they took together.
   * @param longestMs - How long the longest took.
   */
  learn(count: number, wholeMs: number, longestMs: number): void {
    if (count <= 0) return;
    // One slow task in a batch weighs more than its share: the next batch may hold one too.
    const seen = Math.max(wholeMs / count, longestMs / 8);
    if (this.#ms === undefined) this.#ms = seen;
    else this.#ms += (seen - this.#ms) * (seen > this.#ms ? 0.5 : 0.2);
  }
}
