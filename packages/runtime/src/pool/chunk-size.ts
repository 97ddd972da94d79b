/** A chunk shall keep a worker busy for so long, in milliseconds: long enough to make its delivery cheap, short enough to share fairly. */
const TARGET_MS = 20;
/** A chunk grows by this factor at most from one to the next: one quick item does not prove that the others are. */
const GROWTH = 16;
const LARGEST = 1 << 16;

/**
 * How many items go into a chunk, learned from how long they take: one, until that is known.
 *
 * With Python's rule (a quarter of a worker's share) the last chunk of a list of unequal items may run alone for long.
 */
export class ChunkSize {
  readonly #fixed: number | undefined;
  readonly #workers: number;
  #itemMs: number | undefined;
  #last = 1;

  constructor(fixed: number | undefined, workers: number) {
    this.#fixed = fixed;
    this.#workers = workers;
  }

  /** A chunk of so many items took so long. */
  learn(items: number, ms: number): void {
    const seen = ms / items;
    this.#itemMs = this.#itemMs === undefined ? seen : this.#itemMs + (seen - this.#itemMs) * 0.5;
  }

  /** The size of the next chunk. @param remaining - How many items there are, where that is known. */
  next(remaining: number = Number.POSITIVE_INFINITY): number {
    if (this.#fixed !== undefined) return this.#fixed;
    if (this.#itemMs === undefined) return 1;
    const wanted = Math.min(TARGET_MS / Math.max(this.#itemMs, 1e-6), this.#last * GROWTH, LARGEST);
    const fair = Math.ceil(remaining / (2 * this.#workers));
    this.#last = Math.max(1, Math.floor(Math.min(wanted, fair)));
    return this.#last;
  }
}
