/** A chunk shall keep a worker busy for so long, in milliseconds: long enough to make its delivery cheap, short enough to share fairly. */
const TARGET_MS = 20;
/** Towards the end chunks become smaller, so that all workers end together; but not smaller than this: less is not worth a delivery. */
const SMALLEST_MS = 1;
/** A chunk grows by this factor at most from one to the next: one quick item does not prove that the others are. */
const GROWTH = 32;
const LARGEST = 1 << 16;
/** Python's rule: so many chunks for each worker. */
const CHUNKS_PER_WORKER = 4;

/** How long one item takes, as far as it is known: what one call of a function learned, the next one begins with. */
export interface ItemTime {
  ms: number | undefined;
}

/**
 * How many items go into a chunk, learned from how long they take: one, until that is known.
 *
 * With Python's rule (a quarter of a worker's share) the last chunk of a list of unequal items may run alone for long.
 */
export class ChunkSize {
  readonly #fixed: number | undefined;
  readonly #workers: number;
  readonly #time: ItemTime;
  readonly #isCounted: boolean;
  #last = 1;

  /**
   * @param fixed - The size, where it was asked for.
   * @param time - What is known of the function's items; it is updated.
   * @param isCounted - Whether a worker may take so many chunks only and is replaced then: few large ones are better.
   */
  constructor(fixed: number | undefined, workers: number, time: ItemTime, isCounted: boolean) {
    this.#fixed = fixed;
    this.#workers = workers;
    this.#time = time;
    this.#isCounted = isCounted;
    // Half of what was learned before: these items may be others.
    if (time.ms !== undefined) this.#last = Math.max(1, TARGET_MS / Math.max(time.ms, 1e-6) / GROWTH / 2);
  }

  /** A chunk of so many items took so long. */
  learn(items: number, ms: number): void {
    const seen = ms / items;
    const { ms: before } = this.#time;
    this.#time.ms = before === undefined || seen < before / GROWTH ? seen : before + (seen - before) * 0.5;
  }

  /** How long one item takes, in milliseconds. */
  get itemMs(): number | undefined {
    return this.#time.ms;
  }

  /** The size of the next chunk. @param remaining - How many items there are, where that is known. */
  next(remaining: number = Number.POSITIVE_INFINITY): number {
    if (this.#fixed !== undefined) return this.#fixed;
    const itemMs = this.#time.ms;
    if (this.#isCounted && remaining !== Number.POSITIVE_INFINITY) {
      this.#share ??= Math.ceil(remaining / (CHUNKS_PER_WORKER * this.#workers));
      return Math.max(1, Math.min(this.#share, LARGEST));
    }
    if (itemMs === undefined) return 1;
    const known = Math.max(itemMs, 1e-6);
    const wanted = Math.min(TARGET_MS / known, this.#last * GROWTH, LARGEST);
    const fair = Math.max(Math.ceil(remaining / (2 * this.#workers)), SMALLEST_MS / known);
    this.#last = Math.max(1, Math.floor(Math.min(wanted, fair)));
    return this.#last;
  }

  #share: number | undefined;
}
