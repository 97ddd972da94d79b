import { types } from '../model/platform.js';
import type { AnyFunction } from '../model/ports.js';

const { getOwnPropertyDescriptor } = Object;
const isProxy: (value: unknown) => boolean = types?.isProxy ?? (() => false);

/** Classes by their prototypes, where those do not lead to them. The prototype of a class cannot be replaced. */
const classes = new WeakMap<object, AnyFunction>();

/** The function or class whose `prototype` an object is. */
export function functionOfPrototype(object: object): AnyFunction | undefined {
  const owner: unknown = getOwnPropertyDescriptor(object, 'constructor')?.value;
  if (typeof owner !== 'function' || isProxy(owner)) return classes.get(object);
  return getOwnPropertyDescriptor(owner, 'prototype')?.value === object ? owner : classes.get(object);
}

/**
 * Takes note of a class whose prototype has lost its `constructor`: from now on the prototype is known to be its.
 *
 * @returns the prototype, where it was not known yet.
 */
export function noteClass(fn: AnyFunction): object | undefined {
  const own = getOwnPropertyDescriptor(fn, 'prototype');
  const prototype: unknown = own?.value;
  if (own?.writable !== false || typeof prototype !== 'object' || prototype === null || isProxy(prototype))
    return undefined;
  if (getOwnPropertyDescriptor(prototype, 'constructor')?.value === fn || classes.has(prototype)) return undefined;
  classes.set(prototype, fn);
  return prototype;
}
