import { knownHiddenClasses } from '../model/hidden-class.js';
import { types } from '../model/platform.js';
import type { AnyFunction } from '../model/ports.js';
import { countPrivateNames } from '../model/private-names.js';
import { type PrivateClass, privateClassesOf } from './private-classes.js';

const { getOwnPropertyDescriptor, getPrototypeOf } = Reflect;

/** How many private names classes give to an object: one for each field, and one for all methods and accessors of a class. */
export function nameCountOf(classes: readonly PrivateClass[]): number {
  return classes.reduce((sum, { fields, marks }) => sum + fields.length + (marks.length > 0 ? 1 : 0), 0);
}

/**
 * Finds an object with more private members than are known of.
 *
 * @param known - How many private names objects have, of those that were looked at.
 */
export function findStray(objects: Iterable<object>, known: ReadonlyMap<object, number>): object | undefined {
  const hidden = knownHiddenClasses();
  let last: object | undefined;
  for (const object of objects) {
    const expected = known.get(object);
    // Private names are a matter of the hidden class: of those in a row only one is asked.
    if (expected === undefined && last !== undefined && hidden?.same(last, object)) continue;
    const count = countPrivateNames(object);
    if (count === undefined) return undefined;
    if (count > (expected ?? 0) && (expected !== undefined || count > nameCountOf(classesAround(object))))
      return object;
    // V8 14 ends the process where it is asked about a proxy.
    const isSample = expected === undefined && types?.isProxy(object) === false && hidden?.isFast(object) === true;
    last = isSample ? object : undefined;
  }
  return undefined;
}

/** The classes on the chain of an object whose state travels in a way of its own, as that of a URL does. */
function classesAround(object: object): readonly PrivateClass[] {
  let at: object | null = object;
  while (at !== null && types?.isProxy(at) !== true) {
    const K: unknown = getOwnPropertyDescriptor(at, 'constructor')?.value;
    if (typeof K === 'function' && types?.isProxy(K) !== true && at !== object)
      return privateClassesOf(K as AnyFunction);
    at = getPrototypeOf(at);
  }
  return [];
}
