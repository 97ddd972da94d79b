import { types } from '../model/platform.js';
import { MAX_SHAPE_KEYS } from './shapes.js';

const { getOwnPropertyDescriptor, getPrototypeOf, keys: keysOf } = Object;
const isProxy: (value: unknown) => boolean = types?.isProxy ?? (() => false);

/**
 * Reads the enumerable properties of a plain object without running code of the user's.
 *
 * @param values - Takes the values, from `at` on.
 * @returns The keys; `undefined` where there is an accessor, an index (of which the hidden class says nothing), or anything else
 *   than a plain object.
 */
export function readDataValues(object: unknown, values: unknown[], at: number): string[] | undefined {
  if (typeof object !== 'object' || object === null || isProxy(object)) return undefined;
  if (getPrototypeOf(object) !== Object.prototype) return undefined;
  const keys = keysOf(object);
  if (keys.length > MAX_SHAPE_KEYS) return undefined;
  for (let i = 0; i < keys.length; i++) {
    const descriptor = getOwnPropertyDescriptor(object, keys[i]!)!;
    if (!('value' in descriptor) || beginsLikeIndex(keys[i]!)) return undefined;
    values[at + i] = descriptor.value;
  }
  return keys;
}

function beginsLikeIndex(key: string): boolean {
  const first = key.charCodeAt(0);
  return first >= 48 && first <= 57;
}
