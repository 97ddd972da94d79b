import { originOf } from '../model/identity.js';
import { types } from '../model/platform.js';
import type { AnyFunction } from '../model/ports.js';
import { type RawScope, readFunctions } from './scopes.js';

/** So many functions are read for one value, nearest first: each takes 40 µs, once. */
const MAX_READ = 64;
/** So many objects are looked at for one value. */
const MAX_OBJECTS = 4096;
/** So many elements of a list: those of one list are mostly of one class. */
const MAX_ELEMENTS = 32;

const { getOwnPropertyDescriptor } = Reflect;
const isProxy: (value: unknown) => boolean = types?.isProxy ?? (() => false);

/**
 * What most objects lead to, and would take the places of others. To list what is global would make Node load what it has
 * not loaded yet (70 ms on Node 26).
 */
const BUILT_IN: readonly AnyFunction[] = [
  Object,
  Function,
  Array,
  Map,
  Set,
  WeakMap,
  WeakSet,
  Promise,
  Date,
  RegExp,
  Error,
  Uint8Array,
  ArrayBuffer,
];

/** What was looked at for an earlier value, and what is built in. */
let seen: WeakSet<object> | undefined;

/**
 * Gives the functions and classes around a value their numbers, now: what a copy of this process sends back later, and both
 * have numbered before, is the original here.
 *
 * Around it are its variables, those of functions in the same file, members, elements, and the classes of all of these. No
 * code of the program runs. It stops after so many: what is further away comes back as a copy.
 */
export function identifyReachable(root: object): void {
  seen ??= builtIns();
  /** The files of the functions that were found first. */
  let files: Set<string | undefined> | undefined;
  let objects = 0;
  let read = 0;
  for (let level: object[] = [root]; level.length > 0 && objects < MAX_OBJECTS; ) {
    const next: object[] = [];
    const functions: AnyFunction[] = [];
    for (const value of level) {
      if (seen.has(value) || isProxy(value) || ++objects > MAX_OBJECTS) continue;
      seen.add(value);
      if (typeof value === 'function') {
        originOf(value);
        if (read++ < MAX_READ) functions.push(value);
      }
      collectAround(value, next);
    }
    const readings = functions.length === 0 ? [] : readFunctions(functions);
    if (readings.length > 0) files ??= new Set(readings.map(({ location }) => location?.scriptId));
    for (const { location, scopes } of readings)
      if (files?.has(location?.scriptId)) for (const scope of scopes) collectScope(scope, next);
    level = next;
  }
}

function collectAround(value: object, into: object[]): void {
  add(Object.getPrototypeOf(value), into);
  const owner: unknown = getOwnPropertyDescriptor(value, 'constructor')?.value;
  // Of a class, its methods go with it.
  if (typeof owner === 'function' && getOwnPropertyDescriptor(owner, 'prototype')?.value === value)
    return add(owner, into);
  if (ArrayBuffer.isView(value)) return;
  if (types?.isMap(value)) collectSome(Map.prototype.values.call(value), into);
  if (types?.isSet(value)) collectSome(Set.prototype.values.call(value), into);
  const keys = Array.isArray(value) ? Array(Math.min(value.length, MAX_ELEMENTS)).keys() : Reflect.ownKeys(value);
  for (const key of keys) {
    try {
      add(getOwnPropertyDescriptor(value, key)?.value, into);
    } catch {
      // An export of a module that has not been evaluated so far.
    }
  }
}

function collectSome(values: Iterator<unknown>, into: object[]): void {
  for (let i = 0; i < MAX_ELEMENTS; i++) {
    const { done, value } = values.next();
    if (done === true) return;
    add(value, into);
  }
}

function collectScope({ description, object }: RawScope, into: object[]): void {
  if (description === 'Global' || description.startsWith('With')) return;
  for (const key of Object.keys(object)) {
    try {
      add(object[key], into);
    } catch {
      // A variable that has no value yet.
    }
  }
}

function builtIns(): WeakSet<object> {
  const found = new WeakSet<object>([globalThis]);
  for (const one of BUILT_IN) found.add(one).add(one.prototype);
  return found;
}

function add(value: unknown, into: object[]): void {
  if (typeof value === 'function' || (typeof value === 'object' && value !== null)) into.push(value);
}
