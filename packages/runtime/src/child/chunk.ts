import { isInt32, toArray } from '../channel/cells.js';

/** What a chunk's calls returned, in the order of its items. */
export class Chunk {
  /** Where all are numbers without a fraction, they may be nothing else. */
  readonly values: readonly unknown[] | Int32Array;
  /** By the item's position; undefined where none threw. */
  readonly errors: ReadonlyMap<number, unknown> | undefined;

  constructor(values: readonly unknown[] | Int32Array, errors: ReadonlyMap<number, unknown> | undefined) {
    this.values = values;
    this.errors = errors;
  }
}

/** Calls a function with each item, one after the other. An item that throws does not stop the others. */
export function callEach(items: readonly unknown[], call: (item: unknown) => unknown): Chunk | Promise<Chunk> {
  return callFrom(items, call, 0, new Array(items.length), undefined);
}

/** As {@link callEach}, for numbers: as long as what is returned are numbers without a fraction, nothing else is made of them. */
export function callEachNumber(items: Int32Array, call: (item: unknown) => unknown): Chunk | Promise<Chunk> {
  const numbers = new Int32Array(items.length);
  let value: unknown;
  let at = 0;
  try {
    for (; at < items.length; at++) {
      value = call(items[at]);
      if (!isInt32(value)) break;
      numbers[at] = value;
    }
  } catch (thrown) {
    return callFrom(items, call, at + 1, valuesOf(numbers, at), new Map([[at, thrown]]));
  }
  if (at === items.length) return new Chunk(numbers, undefined);
  const values = valuesOf(numbers, at);
  const later = pendingOf(value);
  if (later !== undefined) return callRest(items, call, at, later, values, new Map());
  values[at] = value;
  return callFrom(items, call, at + 1, values, undefined);
}

/** Room for all values; the first ones are these numbers. */
function valuesOf(numbers: Int32Array, count: number): unknown[] {
  const values: unknown[] = toArray(numbers.subarray(0, count));
  values.length = numbers.length;
  return values;
}

function callFrom(
  items: ArrayLike<unknown>,
  call: (item: unknown) => unknown,
  from: number,
  values: unknown[],
  thrown: Map<number, unknown> | undefined,
): Chunk | Promise<Chunk> {
  let errors = thrown;
  for (let i = from; i < items.length; i++) {
    try {
      const value = call(items[i]);
      const later = pendingOf(value);
      if (later !== undefined) return callRest(items, call, i, later, values, errors ?? new Map());
      values[i] = value;
    } catch (error) {
      errors ??= new Map();
      errors.set(i, error);
    }
  }
  return new Chunk(values, errors);
}

async function callRest(
  items: ArrayLike<unknown>,
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
