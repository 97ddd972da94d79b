/** What a chunk's calls returned, in the order of its items. */
export class Chunk {
  readonly values: readonly unknown[];
  /** By the item's position; undefined where none threw. */
  readonly errors: ReadonlyMap<number, unknown> | undefined;

  constructor(values: readonly unknown[], errors: ReadonlyMap<number, unknown> | undefined) {
    this.values = values;
    this.errors = errors;
  }
}

/** Calls a function with each item, one after the other. An item that throws does not stop the others. */
export function callEach(items: readonly unknown[], call: (item: unknown) => unknown): Chunk | Promise<Chunk> {
  const values: unknown[] = new Array(items.length);
  let errors: Map<number, unknown> | undefined;
  for (let i = 0; i < items.length; i++) {
    try {
      const value = call(items[i]);
      if (isThenable(value)) return callRest(items, call, i, value, values, errors ?? new Map());
      values[i] = value;
    } catch (thrown) {
      errors ??= new Map();
      errors.set(i, thrown);
    }
  }
  return new Chunk(values, errors);
}

async function callRest(
  items: readonly unknown[],
  call: (item: unknown) => unknown,
  from: number,
  first: PromiseLike<unknown>,
  values: unknown[],
  errors: Map<number, unknown>,
): Promise<Chunk> {
  for (let i = from; i < items.length; i++) {
    try {
      values[i] = await (i === from ? first : call(items[i]));
    } catch (thrown) {
      errors.set(i, thrown);
    }
  }
  return new Chunk(values, errors.size === 0 ? undefined : errors);
}

/** Whether a value is a promise, or is treated as one by `await`. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
