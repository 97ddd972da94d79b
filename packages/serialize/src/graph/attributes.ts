import { ATTRIBUTE, DECORATION, PLAIN_ATTRIBUTES } from '../model/codes.js';

const { getOwnPropertyDescriptor, getOwnPropertyNames, getOwnPropertySymbols, isExtensible, isFrozen, isSealed } =
  Object;

/** The values of properties that are all plain; `undefined` where one is not. */
export function plainValues(
  object: object,
  keys: readonly (string | symbol)[],
  integrity: number,
): unknown[] | undefined {
  const values = new Array<unknown>(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    const descriptor = getOwnPropertyDescriptor(object, key)!;
    if (typeof key === 'symbol' || attributesOf(descriptor, integrity) !== PLAIN_ATTRIBUTES) return undefined;
    values[i] = descriptor.value;
  }
  return values;
}

/** The attributes of a property; what the object's integrity implies counts as if it were plain. */
export function attributesOf(
  { enumerable, writable, configurable, get, set }: PropertyDescriptor,
  integrity: number,
): number {
  if (get !== undefined || set !== undefined) return ATTRIBUTE.accessor;
  const frozen = (integrity & DECORATION.frozen) !== 0;
  const sealed = frozen || (integrity & DECORATION.sealed) !== 0;
  return (
    (enumerable ? ATTRIBUTE.enumerable : 0) |
    (writable || frozen ? ATTRIBUTE.writable : 0) |
    (configurable || sealed ? ATTRIBUTE.configurable : 0)
  );
}

export function integrityOf(object: object): number {
  if (isExtensible(object)) return 0;
  // An object with accessors counts as frozen too: their attributes are written, and freezing changes nothing more.
  // An empty array that is not extensible counts as frozen in V8, although its length can be changed.
  const frozen = isFrozen(object) && !(Array.isArray(object) && getOwnPropertyDescriptor(object, 'length')!.writable);
  return frozen ? DECORATION.frozen : isSealed(object) ? DECORATION.sealed : DECORATION.fixed;
}

/** Whether a built-in object has only the keys that every object of its kind has. @param count - How many; -1 where that differs. */
export function hasStructuralKeysOnly(object: object, count: number): boolean {
  return (
    count >= 0 &&
    isExtensible(object) &&
    getOwnPropertyNames(object).length === count &&
    getOwnPropertySymbols(object).length === 0
  );
}
