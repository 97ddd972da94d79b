import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';

/** Anything that items can be pulled from. */
export type Source<T> = Iterable<T> | AsyncIterable<T>;

/** Items, pulled one after another as they are needed. */
export interface Puller<T> {
  /** How many items there are; undefined where that is not known. */
  readonly length: number | undefined;
  /** Whether an item may have to be waited for. */
  readonly isAsync: boolean;
  next(): IteratorResult<T, unknown> | Promise<IteratorResult<T, unknown>>;
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
  const length = Array.isArray(source)
    ? source.length
    : source instanceof Set || source instanceof Map
      ? source.size
      : undefined;
  const iterator = source[Symbol.iterator]();
  let isOver = false;
  return {
    length,
    isAsync: false,
    next: () => {
      const result = iterator.next();
      if (result.done === true) isOver = true;
      return result;
    },
    stop: () => {
      if (!isOver) iterator.return?.();
      isOver = true;
    },
  };
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
    next: async () => {
      const result = await iterator.next();
      if (result.done === true) isOver = true;
      return result;
    },
    stop: () => {
      if (isOver) return;
      isOver = true;
      // The input's own clean-up; nobody is left whom its failure would concern.
      Promise.resolve(iterator.return?.()).catch(() => {});
    },
  };
}
