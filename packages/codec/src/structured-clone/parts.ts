import { inspect, types } from 'node:util';
import type { PathStep } from '../path.js';
import { refusal } from './refusal.js';

/** The parts of a container, and the step to each. */
export type Parts = readonly [steps: PathStep[], values: unknown[]];

/**
 * The own properties of a plain object or an array.
 *
 * @throws Refusal where a property is anything but what structured clone makes of it: an enumerable, writable, configurable
 *   data property with a string key. On a sealed or frozen object that is judged as the integrity level has it.
 */
export function properties(object: object): Parts {
  const steps: PathStep[] = [];
  const values: unknown[] = [];
  const sealed = Object.isSealed(object);
  const frozen = sealed && Object.isFrozen(object);
  const isArray = Array.isArray(object);
  for (const key of Reflect.ownKeys(object)) {
    const descriptor = Object.getOwnPropertyDescriptor(object, key) as PropertyDescriptor;
    if (isArray && key === 'length') {
      if (descriptor.writable !== true && !frozen)
        throw refusal('an array of fixed length', 'its length would arrive writable');
      continue;
    }
    if (typeof key === 'symbol')
      throw refusal('a property with a symbol key', 'structured clone would leave it out', key);
    if (!('value' in descriptor)) throw refusal('an accessor', 'only its value could travel', key);
    if (descriptor.enumerable !== true)
      throw refusal('a property that is not enumerable', 'structured clone would leave it out', key);
    if (descriptor.writable !== true && !frozen) throw refusal('a read-only property', 'it would arrive writable', key);
    if (descriptor.configurable !== true && !sealed)
      throw refusal('a property that cannot be deleted', 'it would arrive configurable', key);
    steps.push(isArray && isIndex(key) ? Number(key) : key);
    values.push(descriptor.value);
  }
  return [steps, values];
}

/** The keys and values of a Map. @throws Refusal where it has properties of its own. */
export function entries(map: ReadonlyMap<unknown, unknown>): Parts {
  refuseExtras(map, 'a Map');
  const steps: PathStep[] = [];
  const values: unknown[] = [];
  for (const [key, value] of Map.prototype.entries.call(map) as Iterable<[unknown, unknown]>) {
    const isPrimitive = key === null || (typeof key !== 'object' && typeof key !== 'function');
    const name = typeof key === 'string' ? JSON.stringify(key) : isPrimitive ? String(key) : '…';
    steps.push({ call: `.keys()[${steps.length / 2}]` }, { call: `.get(${name})` });
    values.push(key, value);
  }
  return [steps, values];
}

/** The members of a Set. @throws Refusal where it has properties of its own. */
export function members(set: ReadonlySet<unknown>): Parts {
  refuseExtras(set, 'a Set');
  const values: unknown[] = [...Set.prototype.values.call(set)];
  return [values.map((_, index) => ({ call: `.values()[${index}]` })), values];
}

/** @throws Refusal where a built-in object has more own properties than its kind brings. */
export function refuseExtras(object: object, what: string, expected = 0): void {
  if (Reflect.ownKeys(object).length > expected) throw extras(what);
}

// Listing the keys of a typed array costs a string an element: 0.4 s for a megabyte.
const MAX_LISTED_ELEMENTS = 64;

/** @throws Refusal where a view has properties of its own. Of a long typed array only the enumerable ones are looked for. */
export function refuseViewExtras(view: ArrayBufferView): void {
  const elements = types.isTypedArray(view) ? view.length : 0;
  if (elements <= MAX_LISTED_ELEMENTS) return refuseExtras(view, 'a view', elements);
  if (Object.getOwnPropertySymbols(view).length > 0) throw extras('a view');
  // The one way that Node gives to the engine's list of own keys without the indices; its cost does not depend on the length.
  const shown = inspect(view, {
    maxArrayLength: 0,
    depth: 0,
    customInspect: false,
    breakLength: Number.POSITIVE_INFINITY,
  });
  if (!/\[ \.\.\. \d+ more items? \]$/.test(shown)) throw extras('a view');
}

function extras(what: string): ReturnType<typeof refusal> {
  return refusal(`${what} with properties of its own`, 'structured clone would leave them out');
}

/** Whether a key is an array index as ECMAScript has it. */
export function isIndex(key: string): boolean {
  const index = Number(key) >>> 0;
  return String(index) === key && index !== 2 ** 32 - 1;
}
