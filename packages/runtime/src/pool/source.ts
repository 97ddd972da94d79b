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

/** Makes a puller. */
export function pull<T>(source: Source<T>): Puller<T> {
  if (Symbol.asyncIterator in source) return pullAsync(source[Symbol.asyncIterator]());
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
