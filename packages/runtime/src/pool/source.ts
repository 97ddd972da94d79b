import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';

/** Anything that items can be pulled from. */
export type Source<T> = Iterable<T> | AsyncIterable<T>;

/** Items, pulled one after another as they are needed. */
export interface Puller<T> {
  /** How many items there are; undefined where that is not known. */
  readonly length: number | undefined;
  /** Whether an item may have to be waited for. */
  readonly isAsync: boolean;
  /** The next item of an input that may have to be waited for. */
  next(): IteratorResult<T, unknown> | Promise<IteratorResult<T, unknown>>;
  /**
   * The next items of an input that need not be waited for; fewer than asked for where it has ended.
   *
   * @throws What the input throws; {@link taken} has the items before that.
   */
  take(count: number): T[];
  /** What {@link take} took last, or began to take before it threw. */
  readonly taken: T[];
  /** Nothing more will be pulled. */
  stop(): void;
}

/**
 * Makes a puller.
 *
 * @throws ProcessError with code `MP_ARGUMENT` where the source is not iterable.
 */
export function pull<T>(source: Source<T>): Puller<T> {
  if (isAsync(source)) return pullAsync(source[Symbol.asyncIterator]());
  if (typeof (source as Partial<Iterable<T>> | null | undefined)?.[Symbol.iterator] !== 'function')
    throw new ProcessError(
      PROCESS_ERROR_CODES.argument,
      `A pool maps over an iterable (an array, a Set, a generator, also an asynchronous one), and was given ${describe(source)}.`,
    );
  if (isPlainArray(source)) return pullArray(source);
  const length = source instanceof Set || source instanceof Map ? source.size : undefined;
  return pullIterator(source[Symbol.iterator](), Array.isArray(source) ? source.length : length);
}

/** Whether iterating over it means to read its elements one after the other, and nothing of the user's says otherwise. */
function isPlainArray<T>(source: Iterable<T>): source is T[] {
  return (
    Array.isArray(source) &&
    Object.getPrototypeOf(source) === Array.prototype &&
    source[Symbol.iterator] === Array.prototype.values
  );
}

/** An array is cut into pieces: an object for each item would cost more than the item. It may grow or shrink meanwhile. */
function pullArray<T>(source: T[]): Puller<T> {
  let at = 0;
  let taken: T[] = [];
  let isOver = false;
  return {
    length: source.length,
    isAsync: false,
    next: () =>
      isOver || at >= source.length ? { done: true, value: undefined } : { done: false, value: source[at++] as T },
    take: (count) => {
      taken = isOver ? [] : source.slice(at, at + count);
      at += taken.length;
      return taken;
    },
    get taken() {
      return taken;
    },
    stop: () => {
      isOver = true;
    },
  };
}

function pullIterator<T>(iterator: Iterator<T>, length: number | undefined): Puller<T> {
  let isOver = false;
  let taken: T[] = [];
  const next = () => {
    const result = iterator.next();
    if (result.done === true) isOver = true;
    return result;
  };
  return {
    length,
    isAsync: false,
    next,
    take: (count) => {
      taken = [];
      while (taken.length < count) {
        const { done, value } = next();
        if (done === true) break;
        taken.push(value as T);
      }
      return taken;
    },
    get taken() {
      return taken;
    },
    stop: () => {
      if (isOver) return;
      isOver = true;
      close(() => iterator.return?.());
    },
  };
}

/**
 * Ends an input early. Its clean-up may throw, or refuse because the input itself had the call ended while it was asked for an
 * item ("Generator is already running"). As where a loop is left by an error, that error counts, and not this one; see
 * ECMA-262, IteratorClose.
 */
function close(end: () => unknown): void {
  try {
    Promise.resolve(end()).catch(() => {});
  } catch {
    // The call is over for another reason, which its caller hears.
  }
}

function isAsync<T>(source: Source<T>): source is AsyncIterable<T> {
  return typeof (source as Partial<AsyncIterable<T>> | null | undefined)?.[Symbol.asyncIterator] === 'function';
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === 'object' ? 'an object without Symbol.iterator' : `a ${typeof value}`;
}

function pullAsync<T>(iterator: AsyncIterator<T>): Puller<T> {
  let isOver = false;
  return {
    length: undefined,
    isAsync: true,
    take: () => [],
    taken: [],
    next: async () => {
      const result = await iterator.next();
      if (result.done === true) isOver = true;
      return result;
    },
    stop: () => {
      if (isOver) return;
      isOver = true;
      close(() => iterator.return?.());
    },
  };
}
