import type { CodeFacts } from '../analyze/facts.js';
import { type FunctionDetails, PROPERTY, type PropertyOperations } from '../model/code.js';
import { travellingDescriptor } from '../model/native-stack.js';
import type { AnyFunction } from '../model/ports.js';
import type { CapturedClass } from './classes.js';

/** What a function has besides what its code gives it. */
export interface CapturedProperties {
  /** The part of the function's details that says so. */
  readonly details: Pick<FunctionDetails, 'properties' | 'prototype' | 'prototypeObject'>;
  /** In the order in which the details mention them. */
  readonly slots: readonly unknown[];
}

const BASE: readonly PropertyKey[] = ['length', 'name', 'prototype', 'arguments', 'caller'];

const FUNCTION_PROTOTYPES = {
  plain: Function.prototype as object,
  async: prototypeOf(async () => {}),
  generator: prototypeOf(function* () {}),
  asyncGenerator: prototypeOf(async function* () {}),
};

/** Lists properties with their attributes, as {@link PropertyOperations} has them. */
class PropertyList {
  readonly slots: unknown[] = [];
  readonly list: (readonly [string | 0, number])[] = [];

  add(object: object, key: PropertyKey): void {
    const descriptor = travellingDescriptor(object, key);
    const flags =
      (descriptor.writable ? PROPERTY.writable : 0) |
      (descriptor.enumerable ? PROPERTY.enumerable : 0) |
      (descriptor.configurable ? PROPERTY.configurable : 0) |
      ('value' in descriptor ? 0 : PROPERTY.accessor);
    if (typeof key === 'symbol') this.slots.push(key);
    this.list.push([typeof key === 'symbol' ? 0 : (key as string), flags]);
    if ('value' in descriptor) this.slots.push(descriptor.value);
    else this.slots.push(descriptor.get, descriptor.set);
  }
}

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
  const own = new PropertyList();
  const isBaseNatural =
    isNaturalData(fn, 'length', facts.length) &&
    (isNaturalData(fn, 'name', naturalName) || isNaturalStatic(captured, 'name')) &&
    base[0] === 'length' &&
    (base[1] === 'name' || isNaturalStatic(captured, 'name'));
  const statics = captured?.naturalStatics;
  const isExtraNatural =
    captured === undefined ? extra.length === 0 : statics !== undefined && sameKeys(extra, statics);
  const isSealed = !Object.isExtensible(fn);
  const state = prototypeState(fn, facts, captured);
  if (!isBaseNatural) {
    for (const key of keys) {
      if (key !== 'arguments' && key !== 'caller' && !(key === 'prototype' && !state.isForeign)) own.add(fn, key);
    }
  } else {
    if (state.isForeign) own.add(fn, 'prototype');
    if (!isExtraNatural) for (const key of extra) own.add(fn, key);
  }
  const slots: unknown[] = [];
  const prototype = Reflect.getPrototypeOf(fn);
  const isDerived = facts.classFacts?.heritage !== undefined && !facts.classFacts.extendsNull;
  const hasPrototypeSlot = isDerived || prototype !== naturalFunctionPrototype(facts);
  if (hasPrototypeSlot) slots.push(prototype);
  slots.push(...own.slots);
  const hasOperations = own.list.length > 0 || isSealed || !isBaseNatural || !isExtraNatural;
  const object = state.isOwned ? ownedPrototype(state.object) : undefined;
  if (object !== undefined) slots.push(...object.slots);
  return {
    details: {
      ...(hasPrototypeSlot ? { prototype: 1 } : {}),
      ...(hasOperations
        ? {
            properties: {
              ...(isBaseNatural ? {} : { all: 1 as const }),
              list: own.list,
              ...(isSealed ? { sealed: 1 as const } : {}),
            },
          }
        : {}),
      ...(object === undefined ? {} : { prototypeObject: object.operations }),
    },
    slots,
  };
}

/** The object behind `prototype`, when the code makes it and it was changed: it comes with its function. */
function ownedPrototype(object: object): {
  readonly operations: PropertyOperations;
  readonly slots: readonly unknown[];
} {
  const list = new PropertyList();
  for (const key of Reflect.ownKeys(object)) list.add(object, key);
  return {
    operations: {
      all: 1,
      list: list.list,
      ...(Object.isExtensible(object) ? {} : { sealed: 1 as const }),
    },
    slots: [Reflect.getPrototypeOf(object), ...list.slots],
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

/** Whether the `prototype` of a function is sent as any value, or comes with the function, or needs nothing. */
type PrototypeState =
  | { readonly isForeign: boolean; readonly isOwned: false }
  | { readonly isForeign: boolean; readonly isOwned: true; readonly object: object };

function prototypeState(fn: AnyFunction, facts: CodeFacts, captured: CapturedClass | undefined): PrototypeState {
  const descriptor = Reflect.getOwnPropertyDescriptor(fn, 'prototype');
  if (descriptor === undefined) return { isForeign: false, isOwned: false };
  const value: unknown = descriptor.value;
  const hasNaturalAttributes =
    'value' in descriptor &&
    !descriptor.enumerable &&
    !descriptor.configurable &&
    descriptor.writable === (captured === undefined);
  // The prototype of a generator does not tell whose it is: it is sent as any value.
  if (facts.generator || typeof value !== 'object' || value === null) return { isForeign: true, isOwned: false };
  const isOwned = Reflect.getOwnPropertyDescriptor(value, 'constructor')?.value === fn;
  if (!isOwned) {
    // That of a class always is its own: it cannot be replaced.
    return captured === undefined
      ? { isForeign: true, isOwned: false }
      : { isForeign: !hasNaturalAttributes, isOwned: true, object: value };
  }
  if (captured === undefined ? isNaturalObject(value) : captured.isPrototypeNatural) {
    return { isForeign: !hasNaturalAttributes, isOwned: false };
  }
  return { isForeign: !hasNaturalAttributes, isOwned: true, object: value };
}

/** Whether the prototype object of a function, which has its constructor, is as the engine made it. */
function isNaturalObject(object: object): boolean {
  const own = Reflect.getOwnPropertyDescriptor(object, 'constructor');
  return (
    Reflect.ownKeys(object).length === 1 &&
    own?.enumerable === false &&
    own.writable === true &&
    own.configurable === true &&
    Reflect.getPrototypeOf(object) === Object.prototype &&
    Object.isExtensible(object)
  );
}

function naturalFunctionPrototype({ async, generator }: CodeFacts): object {
  return FUNCTION_PROTOTYPES[async ? (generator ? 'asyncGenerator' : 'async') : generator ? 'generator' : 'plain'];
}

function prototypeOf(object: object): object {
  return Object.getPrototypeOf(object) as object;
}
