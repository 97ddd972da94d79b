import { PROPERTY, type PropertyOperations } from '../model/code.js';

/** Own properties that stay where the engine put them. */
const BASE: ReadonlySet<PropertyKey> = new Set(['length', 'name', 'prototype', 'arguments', 'caller']);

/**
 * Gives a function, or its prototype object, the own properties that were captured, in their order.
 *
 * @param next - The next slot's value.
 */
export function applyProperties(target: object, operations: PropertyOperations, next: () => unknown): void {
  const keep = operations.all === 1 ? new Set<PropertyKey>() : BASE;
  // What a class made by itself is put back from the list, so that the order is that of the list.
  for (const key of Reflect.ownKeys(target)) if (!keep.has(key)) Reflect.deleteProperty(target, key);
  for (const [name, flags] of operations.list) {
    const key = name === 0 ? (next() as symbol) : name;
    const descriptor: PropertyDescriptor = {
      enumerable: (flags & PROPERTY.enumerable) !== 0,
      configurable: (flags & PROPERTY.configurable) !== 0,
    };
    if (flags & PROPERTY.accessor) {
      descriptor.get = next() as () => unknown;
      descriptor.set = next() as (value: unknown) => void;
    } else {
      descriptor.value = next();
      descriptor.writable = (flags & PROPERTY.writable) !== 0;
    }
    Object.defineProperty(target, key, descriptor);
  }
}
