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
      const later = pendingOf(value);
      if (later !== undefined) return callRest(items, call, i, later, values, errors ?? new Map());
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
  first: Promise<unknown>,
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

/**
 * What `await` would wait for: the promise of a value that is one, or that has a `then`. Reading `then` and calling it run
 * code of the user's; what they throw rejects the promise, as the language has it (ECMA-262, promise resolve functions).
 *
 * @returns Undefined where the value is final.
 */
export function pendingOf(value: unknown): Promise<unknown> | undefined {
  if (typeof value !== 'function' && (typeof value !== 'object' || value === null)) return undefined;
  let then: unknown;
  try {
    ({ then } = value as { then?: unknown });
  } catch (error) {
    return Promise.reject(error);
  }
  if (typeof then !== 'function') return undefined;
  if (then === Promise.prototype.then && value instanceof Promise) return value;
  const method = then as (resolve: (value: unknown) => void, reject: (reason: unknown) => void) => unknown;
  return new Promise((resolve, reject) => {
    queueMicrotask(() => {
      try {
        method.call(value, resolve, reject);
      } catch (error) {
        reject(error);
      }
    });
  });
}
