import { formatPath, type PathStep } from '../path.js';

/**
 * The first place in which two values differ, or `undefined` where they are equal in every way that a program could
 * tell: structure, kinds, prototypes, property attributes, integrity, and which parts are one object.
 */
export function difference(actual: unknown, expected: unknown): string | undefined {
  return new Comparison().run(actual, expected);
}

// Enough to find the place; a path of a long list would cost its square.
const MAX_STEPS = 20;

interface Pair {
  readonly actual: unknown;
  readonly expected: unknown;
  readonly path: readonly PathStep[];
}

class Comparison {
  readonly #pending: Pair[] = [];
  readonly #toExpected = new Map<object, object>();
  readonly #toActual = new Map<object, object>();

  run(actual: unknown, expected: unknown): string | undefined {
    this.#pending.push({ actual, expected, path: [] });
    for (let pair = this.#pending.pop(); pair !== undefined; pair = this.#pending.pop()) {
      const problem = this.#compare(pair);
      if (problem !== undefined)
        return `${formatPath(pair.path.length > MAX_STEPS ? 'value…' : 'value', pair.path)}: ${problem}`;
    }
    return undefined;
  }

  #compare({ actual, expected, path }: Pair): string | undefined {
    if (!isObject(actual) || !isObject(expected)) {
      return Object.is(actual, expected) ? undefined : `expected ${show(expected)}, got ${show(actual)}`;
    }
    const known = this.#toExpected.get(actual);
    const partner = this.#toActual.get(expected);
    if (known !== undefined || partner !== undefined) {
      return known === expected && partner === actual
        ? undefined
        : 'what was one object is two, or what were two are one';
    }
    this.#toExpected.set(actual, expected);
    this.#toActual.set(expected, actual);
    return this.#compareObjects(actual, expected, path);
  }

  #compareObjects(actual: object, expected: object, path: readonly PathStep[]): string | undefined {
    if (tagOf(actual) !== tagOf(expected)) return `expected ${tagOf(expected)}, got ${tagOf(actual)}`;
    if (Object.getPrototypeOf(actual) !== Object.getPrototypeOf(expected)) return 'the prototype differs';
    if (Object.isFrozen(actual) !== Object.isFrozen(expected)) return 'one is frozen and the other is not';
    if (Object.isExtensible(actual) !== Object.isExtensible(expected)) return 'one is extensible and the other is not';
    return this.#compareContent(actual, expected, path) ?? this.#compareProperties(actual, expected, path);
  }

  #compareContent(actual: object, expected: object, path: readonly PathStep[]): string | undefined {
    if (expected instanceof Map)
      return this.#compareEntries(flatten(actual as typeof expected), flatten(expected), path);
    if (expected instanceof Set) return this.#compareEntries([...(actual as typeof expected)], [...expected], path);
    if (expected instanceof Date) return same(Number(actual), Number(expected));
    if (expected instanceof RegExp)
      return same(String(actual), String(expected)) ?? same((actual as RegExp).lastIndex, expected.lastIndex);
    if (
      expected instanceof Number ||
      expected instanceof String ||
      expected instanceof Boolean ||
      expected instanceof BigInt
    )
      return same(actual.valueOf(), expected.valueOf());
    if (expected instanceof ArrayBuffer)
      return compareBytes(new Uint8Array(actual as ArrayBuffer), new Uint8Array(expected));
    if (ArrayBuffer.isView(expected)) return this.#compareViews(actual as ArrayBufferView, expected, path);
    return undefined;
  }

  #compareEntries(
    actual: readonly unknown[],
    expected: readonly unknown[],
    path: readonly PathStep[],
  ): string | undefined {
    if (actual.length !== expected.length) return `expected ${expected.length} keys and values, got ${actual.length}`;
    for (const [index, entry] of expected.entries()) {
      this.#later(actual[index], entry, path, { call: `.<entry ${index}>` });
    }
    return undefined;
  }

  #compareViews(actual: ArrayBufferView, expected: ArrayBufferView, path: readonly PathStep[]): string | undefined {
    // A Node Buffer looks at a pool whose other bytes must not travel: only what it shows counts.
    if (typeof Buffer === 'undefined' || !Buffer.isBuffer(expected))
      this.#later(actual.buffer, expected.buffer, path, 'buffer');
    return compareBytes(bytesOf(actual), bytesOf(expected));
  }

  #compareProperties(actual: object, expected: object, path: readonly PathStep[]): string | undefined {
    if (ArrayBuffer.isView(expected)) return undefined;
    const keys = Reflect.ownKeys(actual);
    const wanted = Reflect.ownKeys(expected);
    const missing = wanted.find((key) => !Object.hasOwn(actual, key));
    if (missing !== undefined) return `the property ${String(missing)} is missing`;
    const extra = keys.find((key) => !Object.hasOwn(expected, key));
    if (extra !== undefined) return `there is an extra property ${String(extra)}`;
    const position = keys.findIndex((key, index) => key !== wanted[index]);
    if (position >= 0 && !(expected instanceof Error))
      return `the order of the properties differs at ${String(wanted[position])}`;
    for (const key of wanted) {
      const problem = this.#compareDescriptors(actual, expected, key, path);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #compareDescriptors(
    actual: object,
    expected: object,
    key: string | symbol,
    path: readonly PathStep[],
  ): string | undefined {
    const got = Object.getOwnPropertyDescriptor(actual, key) as PropertyDescriptor;
    const want = Object.getOwnPropertyDescriptor(expected, key) as PropertyDescriptor;
    // V8 gives a native error's stack as an accessor from version 12 on, and a copy may hold it as data.
    if (expected instanceof Error && key === 'stack') return same((actual as Error).stack, expected.stack);
    for (const attribute of ['enumerable', 'writable', 'configurable'] as const) {
      if (got[attribute] !== want[attribute]) return `${attribute} of ${String(key)} differs`;
    }
    this.#later(got.value, want.value, path, typeof key === 'string' && Array.isArray(expected) ? Number(key) : key);
    return undefined;
  }

  #later(actual: unknown, expected: unknown, path: readonly PathStep[], step: PathStep): void {
    this.#pending.push({ actual, expected, path: [...path.slice(-MAX_STEPS), step] });
  }
}

function flatten(map: ReadonlyMap<unknown, unknown>): unknown[] {
  const parts: unknown[] = [];
  for (const [key, value] of map) parts.push(key, value);
  return parts;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value);
}

function same(actual: unknown, expected: unknown): string | undefined {
  return Object.is(actual, expected) ? undefined : `expected ${show(expected)}, got ${show(actual)}`;
}

function compareBytes(actual: Uint8Array, expected: Uint8Array): string | undefined {
  if (actual.byteLength !== expected.byteLength)
    return `expected ${expected.byteLength} bytes, got ${actual.byteLength}`;
  const index = expected.findIndex((byte, i) => byte !== actual[i]);
  return index < 0 ? undefined : `byte ${index} differs`;
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (Object.is(value, -0)) return '-0';
  return typeof value === 'object' && value !== null ? tagOf(value) : String(value);
}
