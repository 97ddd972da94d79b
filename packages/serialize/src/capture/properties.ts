import type { CodeFacts } from '../analyze/facts.js';
import { PROPERTY, type PropertyOperations } from '../model/code.js';
import type { AnyFunction } from '../model/ports.js';
import type { CapturedClass } from './classes.js';

/** What a function has besides what its code gives it. */
export interface CapturedProperties {
  readonly operations: PropertyOperations | undefined;
  readonly slots: readonly unknown[];
  /** The prototype of the function itself, where it is not that of its kind. */
  readonly hasOwnPrototypeSlot: boolean;
  readonly prototype: object | null;
}

const BASE: readonly PropertyKey[] = ['length', 'name', 'prototype', 'arguments', 'caller'];

const GENERATOR_PROTOTYPE: object = prototypeOf(function* () {}.prototype as object);
const ASYNC_GENERATOR_PROTOTYPE: object = prototypeOf(async function* () {}.prototype as object);
const FUNCTION_PROTOTYPES = {
  plain: Function.prototype as object,
  async: prototypeOf(async () => {}),
  generator: prototypeOf(function* () {}),
  asyncGenerator: prototypeOf(async function* () {}),
};

/**
 * Compares the own properties of a function with those that revived code has by itself.
 *
 * @param naturalName - The name that the code gives.
 */
export function captureProperties(
  fn: AnyFunction,
  facts: CodeFacts,
  naturalName: string,
  captured: CapturedClass | undefined,
): CapturedProperties {
  const keys = Reflect.ownKeys(fn);
  const base = keys.filter((key) => BASE.includes(key));
  const extra = keys.filter((key) => !BASE.includes(key) || isNaturalStatic(captured, key));
  const slots: unknown[] = [];
  const list: (readonly [string | 0, number])[] = [];
  const add = (key: PropertyKey): void => {
    const descriptor = Reflect.getOwnPropertyDescriptor(fn, key) as PropertyDescriptor;
    const flags =
      (descriptor.writable ? PROPERTY.writable : 0) |
      (descriptor.enumerable ? PROPERTY.enumerable : 0) |
      (descriptor.configurable ? PROPERTY.configurable : 0) |
      ('value' in descriptor ? 0 : PROPERTY.accessor);
    if (typeof key === 'symbol') slots.push(key);
    list.push([typeof key === 'symbol' ? 0 : (key as string), flags]);
    if ('value' in descriptor) slots.push(descriptor.value);
    else slots.push(descriptor.get, descriptor.set);
  };

  const isBaseNatural =
    isNaturalData(fn, 'length', facts.length) &&
    (isNaturalData(fn, 'name', naturalName) || isNaturalStatic(captured, 'name')) &&
    base[0] === 'length' &&
    (base[1] === 'name' || isNaturalStatic(captured, 'name'));
  const statics = captured?.naturalStatics;
  const isExtraNatural =
    captured === undefined ? extra.length === 0 : statics !== undefined && sameKeys(extra, statics);
  const isSealed = !Object.isExtensible(fn);
  if (!isBaseNatural) {
    for (const key of keys) if (key !== 'arguments' && key !== 'caller') add(key);
  } else {
    if (!isNaturalPrototypeProperty(fn, facts, captured)) add('prototype');
    if (!isExtraNatural) for (const key of extra) add(key);
  }
  const prototype = Reflect.getPrototypeOf(fn);
  const hasOwnPrototypeSlot =
    facts.classFacts?.heritage !== undefined && !facts.classFacts.extendsNull
      ? true
      : prototype !== naturalFunctionPrototype(facts);
  const hasOperations = list.length > 0 || isSealed || !isBaseNatural || !isExtraNatural;
  return {
    operations: hasOperations
      ? { ...(isBaseNatural ? {} : { all: 1 as const }), list, ...(isSealed ? { sealed: 1 as const } : {}) }
      : undefined,
    slots,
    hasOwnPrototypeSlot,
    prototype,
  };
}

function isNaturalStatic(captured: CapturedClass | undefined, key: PropertyKey): boolean {
  return captured?.naturalStatics?.includes(key) ?? false;
}

function sameKeys(keys: readonly PropertyKey[], expected: readonly PropertyKey[]): boolean {
  const isSymbol = (key: PropertyKey): boolean => typeof key === 'symbol';
  const ordered = [...expected.filter((key) => !isSymbol(key)), ...expected.filter(isSymbol)];
  return keys.length === ordered.length && keys.every((key, i) => key === ordered[i]);
}

function isNaturalData(fn: AnyFunction, key: string, value: unknown): boolean {
  const descriptor = Reflect.getOwnPropertyDescriptor(fn, key);
  return (
    descriptor !== undefined &&
    descriptor.value === value &&
    !descriptor.writable &&
    !descriptor.enumerable &&
    descriptor.configurable === true
  );
}

function isNaturalPrototypeProperty(fn: AnyFunction, facts: CodeFacts, captured: CapturedClass | undefined): boolean {
  const descriptor = Reflect.getOwnPropertyDescriptor(fn, 'prototype');
  if (descriptor === undefined) return true;
  if (captured !== undefined) return captured.isPrototypeNatural;
  const value: unknown = descriptor.value;
  if (typeof value !== 'object' || value === null || !descriptor.writable) return false;
  if (facts.generator) {
    const parent = facts.async ? ASYNC_GENERATOR_PROTOTYPE : GENERATOR_PROTOTYPE;
    return (
      Reflect.ownKeys(value).length === 0 && Reflect.getPrototypeOf(value) === parent && Object.isExtensible(value)
    );
  }
  const constructor = Reflect.getOwnPropertyDescriptor(value, 'constructor');
  return (
    Reflect.ownKeys(value).length === 1 &&
    constructor?.value === fn &&
    !constructor.enumerable &&
    constructor.writable === true &&
    constructor.configurable === true &&
    Reflect.getPrototypeOf(value) === Object.prototype &&
    Object.isExtensible(value)
  );
}

function naturalFunctionPrototype({ async, generator }: CodeFacts): object {
  return FUNCTION_PROTOTYPES[async ? (generator ? 'asyncGenerator' : 'async') : generator ? 'generator' : 'plain'];
}

function prototypeOf(object: object): object {
  return Object.getPrototypeOf(object) as object;
}
