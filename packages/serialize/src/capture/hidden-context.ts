import { HeapSnapshot } from '../inspector/heap-snapshot.js';
import type { AnyFunction } from '../model/ports.js';

// What V8 keeps in the contexts of functions and shows to no debugger. A snapshot of the heap has it.

/** The home objects that a class or a literal keeps for its methods, as rows of a snapshot. */
interface HomeSlots {
  readonly snapshot: HeapSnapshot;
  /** The class, for static methods. */
  readonly K: number | undefined;
  /** The prototype of the class, or the object of the literal. */
  readonly prototype: number | undefined;
}

/** V8 keeps them in slots without names, of the context of the literal or the class (from 9.1 on). */
function homeSlots(fn: AnyFunction): HomeSlots | undefined {
  const snapshot = HeapSnapshot.showing(fn);
  if (snapshot === undefined) return undefined;
  for (const context of snapshot.contextsOf(fn)) {
    const rows = snapshot
      .edgesAt(context)
      .filter(({ type, to }) => type === 'hidden' && snapshot.isObject(to))
      .map(({ to }) => to);
    if (rows.length === 0) continue;
    const K = rows.find((row) => snapshot.typeAt(row) === 'closure');
    return { snapshot, K, prototype: rows.find((row) => row !== K) };
  }
  return undefined;
}

/** Whether an object is the home of a method; `undefined` where it cannot be told. */
export function isHomeShown(fn: AnyFunction, isStatic: boolean, object: object): boolean | undefined {
  const slots = homeSlots(fn);
  const row = isStatic ? slots?.K : slots?.prototype;
  return row === undefined ? undefined : slots?.snapshot.rowOf(object) === row;
}

/**
 * The home object of a method that uses `super`, or of the method around an arrow that does.
 *
 * @param isStatic - Whether the method is a static one; `undefined` where that is not known.
 * @param likely - Objects that may be it: to find another one by its row takes a walk through the heap.
 * @returns `undefined` where it cannot be told.
 */
export function homeShown(
  fn: AnyFunction,
  isStatic: boolean | undefined,
  likely: readonly object[],
): object | undefined {
  const slots = homeSlots(fn);
  if (slots === undefined) return undefined;
  const { snapshot, K, prototype } = slots;
  const isOne = K === undefined || prototype === undefined;
  const wanted = isOne || isStatic !== undefined ? [(isStatic ?? K !== undefined) ? K : prototype] : [K, prototype];
  const rows = wanted.filter((row) => row !== undefined);
  const known = likely.find((object) => rows.includes(snapshot.rowOf(object) ?? -1));
  if (known !== undefined) return known;
  const objects = rows.map((row) => snapshot.objectAt(row)).filter((one) => one !== undefined);
  if (objects.length === 1) return objects[0];
  const holders = objects.filter((object) => holds(object, fn));
  return holders.length === 1 ? holders[0] : undefined;
}

/** Whether an object has a function as a method or in an accessor. */
function holds(object: object, fn: AnyFunction): boolean {
  return Object.values(Object.getOwnPropertyDescriptors(object)).some(
    ({ value, get, set }) => value === fn || get === fn || set === fn,
  );
}

/**
 * The object of a `with` statement around a function, where the inspector shows an empty one in place of a proxy.
 *
 * @param depth - How many scopes lie inside of it.
 */
export function withObjectShown(fn: AnyFunction, depth: number): object | undefined {
  const snapshot = HeapSnapshot.showing(fn);
  const context = snapshot && [...snapshot.contextsOf(fn)][depth];
  if (context === undefined) return undefined;
  const extension = snapshot?.edgesAt(context).find(({ type, name }) => type === 'internal' && name === 'extension');
  return extension && snapshot?.objectAt(extension.to);
}

/** The `this` of an arrow whose code could read it through direct `eval` only; `undefined` where that is no object. */
export function thisShown(arrow: AnyFunction): { readonly value: object | undefined } | undefined {
  const snapshot = HeapSnapshot.showing(arrow);
  if (snapshot === undefined) return undefined;
  for (const context of snapshot.contextsOf(arrow)) {
    const found = snapshot.edgesAt(context).find(({ type, name }) => type === 'context' && name === 'this');
    if (found === undefined) continue;
    if (snapshot.isObject(found.to)) return { value: snapshot.objectAt(found.to) };
    return snapshot.typeAt(found.to) === 'hidden' ? { value: undefined } : undefined;
  }
  return undefined;
}
