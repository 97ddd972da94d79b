import { types } from '../model/platform.js';
import type { AnyFunction } from '../model/ports.js';
import { type RawScope, readFunctions } from './scopes.js';
import { Inspector } from './session.js';

/** A weak collection in a variable around a class, where the class may keep state of its instances. */
export interface WeakVariable {
  readonly name: string;
  readonly collection: WeakMap<object, unknown> | WeakSet<object>;
}

const NONE: readonly WeakVariable[] = [];
const known = new WeakMap<AnyFunction, readonly WeakVariable[]>();

/**
 * The weak collections around a class, as TypeScript and Babel make one for each `#private` member that they compile.
 *
 * A class that is found by name on the other side finds its own there, empty: so what these hold of an instance has
 * to travel with it.
 */
export function weakVariablesAround(fn: AnyFunction): readonly WeakVariable[] {
  let variables = known.get(fn);
  if (variables === undefined) {
    variables = Inspector.isAvailable ? weakVariablesIn(readFunctions([fn])[0]?.scopes ?? []) : NONE;
    known.set(fn, variables);
  }
  return variables;
}

/** The weak collections among the variables of scopes. */
export function weakVariablesIn(scopes: readonly RawScope[]): readonly WeakVariable[] {
  const found = new Map<string, WeakVariable | undefined>();
  for (const scope of scopes) {
    if (isShared(scope)) break;
    for (const name of Object.keys(scope.object)) {
      if (found.has(name)) continue;
      const value = valueIn(scope, name);
      const isWeak = types?.isWeakMap(value) === true || types?.isWeakSet(value) === true;
      found.set(name, isWeak ? { name, collection: value as WeakVariable['collection'] } : undefined);
    }
  }
  return [...found.values()].filter((one) => one !== undefined);
}

/** Whether a scope is no part of a module or a function. */
export function isShared({ description }: RawScope): boolean {
  return description === 'Global' || description === 'Script' || description.startsWith('With');
}

/** The value of a variable; `undefined` where it has none yet. */
export function valueIn({ object }: RawScope, name: string): unknown {
  try {
    return object[name];
  } catch {
    // It is in its temporal dead zone.
    return undefined;
  }
}

/** What a collection holds of an object; `undefined` where nothing. */
export function weakStateOf(object: object, { collection }: WeakVariable): { readonly value: unknown } | undefined {
  if (types?.isWeakMap(collection) === true) {
    const map = collection as WeakMap<object, unknown>;
    return WeakMap.prototype.has.call(map, object)
      ? { value: WeakMap.prototype.get.call(map, object) as unknown }
      : undefined;
  }
  return WeakSet.prototype.has.call(collection, object) ? { value: true } : undefined;
}

/** Puts into a collection what {@link weakStateOf} found. */
export function setWeakState(object: object, { collection }: WeakVariable, value: unknown): void {
  if (types?.isWeakMap(collection) === true) WeakMap.prototype.set.call(collection, object, value);
  else WeakSet.prototype.add.call(collection, object);
}
