/** So much work, in milliseconds, is pulled ahead for each worker, where it is certain that it takes little memory. */
const AHEAD_MS = 20;
/** The most items that are pulled ahead for each worker. */
const MOST_PER_WORKER = 2048;
/** A string up to this length counts as small. */
const SMALL_STRING = 256;

/**
 * How many items may be pulled from an input and not be taken as results: as many as were asked for, otherwise few at
 * first, and more where items are quick, and items and results are so small that thousands of them are nothing.
 */
export class Window {
  readonly #first: number;
  readonly #most: number;
  readonly #workers: number;
  #size: number;
  #growsTo: number;

  /** @param fixed - The size that was asked for. @param perWorker - The size for each worker otherwise, to begin with. */
  constructor(fixed: number | undefined, perWorker: number, workers: number) {
    this.#first = fixed ?? perWorker * workers;
    this.#size = this.#first;
    this.#workers = workers;
    this.#most = fixed === undefined ? MOST_PER_WORKER * workers : fixed;
    this.#growsTo = this.#most;
  }

  get size(): number {
    return this.#size;
  }

  /** Looks at items or results. Where one is large, the window becomes what it was at first, and stays so. */
  see(values: readonly unknown[]): void {
    if (this.#growsTo <= this.#first) return;
    for (let i = 0; i < values.length; i++)
      if (!isSmall(values[i])) {
        this.#growsTo = this.#first;
        this.#size = this.#first;
        return;
      }
  }

  /** One item takes so long, in milliseconds. */
  learn(itemMs: number | undefined): void {
    if (itemMs === undefined || this.#growsTo <= this.#first) return;
    const wanted = Math.floor((AHEAD_MS * this.#workers) / Math.max(itemMs, 1e-6));
    // It grows step by step: a few quick items do not prove that the others are.
    this.#size = Math.max(this.#first, Math.min(wanted, this.#size * 4, this.#growsTo));
  }
}

function isSmall(value: unknown): boolean {
  switch (typeof value) {
    case 'number':
    case 'boolean':
    case 'undefined':
      return true;
    case 'string':
      return value.length <= SMALL_STRING;
    default:
      return value === null;
  }
}
