/** So many workers may die in a row without having done anything, before the pool gives up. */
const MAX_STILLBORN = 5;
/** So many deaths within {@link WINDOW_MS} are replaced at once; after that, replacements wait. */
const BURST = 8;
const WINDOW_MS = 2000;
const FIRST_DELAY_MS = 50;
const LONGEST_DELAY_MS = 5000;

/** Decides how soon a dead worker is replaced: at once, as a rule, but a storm of failures must not become a storm of processes. */
export class RestartPolicy {
  #stillborn = 0;
  #deaths: number[] = [];
  readonly #burst: number;

  constructor(maxWorkers: number) {
    this.#burst = Math.max(BURST, 4 * maxWorkers);
  }

  /** A worker began to work. */
  started(): void {
    this.#stillborn = 0;
  }

  /**
   * A worker died that nobody had asked to go.
   *
   * @param now - The time in milliseconds, of any clock.
   * @param wasReady - Whether it had begun to work.
   * @returns How long to wait before a replacement is started, in milliseconds; undefined means: give up.
   */
  died(now: number, wasReady: boolean): number | undefined {
    if (!wasReady && ++this.#stillborn >= MAX_STILLBORN) return undefined;
    this.#deaths = this.#deaths.filter((time) => now - time < WINDOW_MS);
    this.#deaths.push(now);
    const excess = Math.max(this.#deaths.length - this.#burst, this.#stillborn - 1);
    return excess <= 0 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** (excess - 1), LONGEST_DELAY_MS);
  }
}
