import { readFunctions } from '../inspector/scopes.js';
import type { AnyFunction } from '../model/ports.js';
import { isObject, type Step } from './path.js';

/** Begins a step from a function to a variable that it sees. */
const VARIABLE = '[[Scope]] ';

/** Exports that are asked for what they see: they share most of it. */
const MAX_EXPORTS = 16;

/**
 * The classes that a package keeps to itself, by an export that sees them: `_`, then its variable `LazyWrapper`.
 *
 * The package makes instances of them and asks `instanceof` later: a copy would not do. In a file of the program a class
 * that is not exported goes by value, because importing the file may be more than it bargains for.
 *
 * @param exported - Functions that the module exports, each with the path to it.
 */
export function classesSeenBy(
  scriptId: string,
  exported: readonly (readonly [fn: AnyFunction, path: readonly Step[]])[],
): ReadonlyMap<object, readonly Step[]> {
  const classes = new Map<object, readonly Step[]>();
  for (const [fn, path] of exported.slice(0, MAX_EXPORTS)) {
    for (const [name, value] of variablesOf(fn)) {
      if (isClassCalled(name, value) && !classes.has(value)) classes.set(value, [...path, VARIABLE + name]);
    }
  }
  // A class of the program that the package was given is another one in each process.
  const found = [...classes.keys()] as AnyFunction[];
  readFunctions(found).forEach(({ location }, i) => {
    if (location?.scriptId !== scriptId) classes.delete(found[i] as AnyFunction);
  });
  return classes;
}

/** The variable that a step names, from the function that sees it; `undefined` for any other step. */
export function followVariable(from: unknown, step: Step): { readonly value: unknown } | undefined {
  if (!step.startsWith(VARIABLE)) return undefined;
  return {
    value: typeof from === 'function' ? variablesOf(from as AnyFunction).get(step.slice(VARIABLE.length)) : undefined,
  };
}

/** What a function sees, inner variables hiding outer ones. */
function variablesOf(fn: AnyFunction): ReadonlyMap<string, unknown> {
  const variables = new Map<string, unknown>();
  for (const { description, object } of readFunctions([fn])[0]?.scopes ?? []) {
    if (description === 'Global' || description === 'Script') break;
    for (const name of Object.keys(object)) if (!variables.has(name)) variables.set(name, read(object, name));
  }
  return variables;
}

function read(object: Record<string, unknown>, name: string): unknown {
  try {
    return object[name];
  } catch {
    // It is in its temporal dead zone.
    return undefined;
  }
}

/**
 * Whether a value makes instances with methods, a class or a function that was given a prototype, and is what a
 * declaration of that name made: another variable may hold something else on the other side.
 */
function isClassCalled(name: string, value: unknown): value is AnyFunction {
  if (typeof value !== 'function' || Reflect.getOwnPropertyDescriptor(value, 'name')?.value !== name) return false;
  const own = Reflect.getOwnPropertyDescriptor(value, 'prototype');
  if (own === undefined || !isObject(own.value)) return false;
  return (
    own.writable === false ||
    Reflect.ownKeys(own.value).length > 1 ||
    Reflect.getPrototypeOf(own.value) !== Object.prototype
  );
}
