import { types } from 'node:util';

/**
 * So much work, in milliseconds, is pulled ahead for each worker, where it is certain that it takes little memory: more than
 * the system lets one process run at a stretch, so that a worker has work while this process waits for its turn.
 */
const AHEAD_MS = 60;
/** The most items that are pulled ahead for each worker. */
const MOST_PER_WORKER = 2048;
/** A string up to this length counts as small. */
const SMALL_STRING = 256;
/** An object or array of up to so many scalars counts as small, too. */
const SMALL_RECORD = 16;

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

  /** Looks at items. Where one is large, the window becomes what it was at first, and stays so. */
  seeItems(values: readonly unknown[]): void {
    // The user's own objects are not looked into: that may run code.
    if (this.#growsTo > this.#first && !values.every(isSmall)) this.#stay();
  }

  /** Looks at results, as {@link seeItems} does. */
  seeResults(values: readonly unknown[]): void {
    if (this.#growsTo > this.#first && !values.every((value) => isSmall(value) || isSmallRecord(value))) this.#stay();
  }

  #stay(): void {
    this.#growsTo = this.#first;
    this.#size = this.#first;
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

function isSmallRecord(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype) return false;
  if (Array.isArray(value) && value.length > SMALL_RECORD) return false;
  const keys = Reflect.ownKeys(value);
  if (keys.length > SMALL_RECORD + 1) return false;
  return keys.every((key) => {
    const property = Object.getOwnPropertyDescriptor(value, key);
    return (
      typeof key === 'string' && key.length <= SMALL_STRING && property?.get === undefined && isSmall(property?.value)
    );
  });
}
