import type { ClassElement, ClassFacts } from '../analyze/class-facts.js';
import type { CodeFacts } from '../analyze/facts.js';
import type { FunctionReading } from '../inspector/scopes.js';
import { CLASS_KEY_PLACEHOLDER } from '../model/code.js';
import { textOf } from '../model/function-text.js';
import type { AnyFunction } from '../model/ports.js';
import { STANDARD_GLOBALS } from '../references/globals.js';
import { type ClassPlan, memberKeyOf, planClass } from './class-text.js';
import { computedFieldKeys } from './field-keys.js';
import { isMadeBy } from './own-members.js';
import { isWith } from './variables.js';

/** A class, and the functions that evaluating its text makes again. */
export interface CapturedClass {
  readonly plan: ClassPlan;
  /** Keys of instance fields that are expressions in the text, by element. */
  readonly fieldKeys: ReadonlyMap<number, PropertyKey>;
  /** Live methods and accessors that are still what the text made: member index by function. */
  readonly members: ReadonlyMap<AnyFunction, number>;
  /** Whether the prototype object is just what evaluating the text makes. */
  readonly isPrototypeNatural: boolean;
  /** Static keys that evaluating the text makes, in order; undefined where any of them was changed. */
  readonly naturalStatics: readonly PropertyKey[] | undefined;
}

/** Compares a class with its text. No getter runs. */
export function captureClass(
  fn: AnyFunction,
  facts: CodeFacts,
  reading: FunctionReading | undefined,
  isSuperAmbient: (name: string) => boolean,
): CapturedClass {
  const classFacts = facts.classFacts as ClassFacts;
  const prototype = Reflect.getOwnPropertyDescriptor(fn, 'prototype')?.value as object;
  const keys = computedKeys(classFacts, facts.text, fn, prototype);
  const root = classFacts.heritageNames?.length === 1 ? (classFacts.heritageNames[0] as string) : undefined;
  const isPath = root !== undefined && facts.text.slice(classFacts.heritage?.start, classFacts.heritage?.end) !== root;
  const extendsGlobal = root !== undefined && !isPath && STANDARD_GLOBALS.has(root) && isSuperAmbient(root);
  const fieldKeys = computedFieldKeys(fn, facts);
  const isInWith = reading?.scopes.some(isWith) ?? false;
  const plan = planClass(facts, keys.text, facts.parameterCount, extendsGlobal, new Set(fieldKeys.keys()), isInWith);

  const members = new Map<AnyFunction, number>();
  const seen = new Map<string, number>();
  let natural = true;
  let naturalStatic = true;
  const statics: PropertyKey[] = [];
  const instance: PropertyKey[] = ['constructor'];
  let index = 0;
  classFacts.elements.forEach((element, i) => {
    const name = memberKeyOf(element) ?? keys.text.get(i);
    const isMember = element.kind === 'method' || element.kind === 'getter' || element.kind === 'setter';
    if (!isMember || element.key.kind === 'private' || name === undefined) return;
    const at = index++;
    const key = keys.live.get(i) ?? keyFor(name);
    const holder = element.isStatic ? fn : prototype;
    const found = liveMember(element, key, holder, facts.text);
    const place = { holder, key, textStart: element.textStart };
    const live = found !== undefined && isMadeBy(found, fn, facts, place, reading) ? found : undefined;
    const isLast = seen.get(`${element.isStatic}${element.kind}${String(key)}`) === undefined;
    seen.set(`${element.isStatic}${element.kind}${String(key)}`, at);
    const list = element.isStatic ? statics : instance;
    if (!list.includes(key)) list.push(key);
    if (live !== undefined) members.set(live, at);
    const isPlain = live !== undefined && isLast && hasNaturalShape(live) && !keys.live.has(i);
    if (!isPlain && element.isStatic) naturalStatic = false;
    if (!isPlain && !element.isStatic) natural = false;
  });
  return {
    plan,
    fieldKeys,
    members,
    isPrototypeNatural: natural && isNaturalPrototype(fn, prototype, instance, classFacts),
    naturalStatics: naturalStatic ? statics : undefined,
  };
}

function keyFor(name: string): PropertyKey {
  return name.startsWith('@@') ? ((Symbol as unknown as Record<string, unknown>)[name.slice(2)] as symbol) : name;
}

/** The function of a member, if it is still the one that the text made. */
function liveMember(element: ClassElement, key: PropertyKey, holder: object, text: string): AnyFunction | undefined {
  const descriptor = Reflect.getOwnPropertyDescriptor(holder, key);
  const value: unknown =
    element.kind === 'method' ? descriptor?.value : element.kind === 'getter' ? descriptor?.get : descriptor?.set;
  if (typeof value !== 'function') return undefined;
  return textOf(value as AnyFunction) === text.slice(element.textStart, element.span.end)
    ? (value as AnyFunction)
    : undefined;
}

/** Whether a method has no properties but those that the engine gave it. */
function hasNaturalShape(fn: AnyFunction): boolean {
  const keys = Reflect.ownKeys(fn);
  const isGenerator = keys.length === 3 && keys[2] === 'prototype';
  return keys[0] === 'length' && keys[1] === 'name' && (keys.length === 2 || isGenerator) && Object.isExtensible(fn);
}

function isNaturalPrototype(
  fn: AnyFunction,
  prototype: object,
  expected: readonly PropertyKey[],
  facts: ClassFacts,
): boolean {
  const keys = Reflect.ownKeys(prototype);
  if (keys.length !== expected.length || !Object.isExtensible(prototype)) return false;
  const isSymbol = (key: PropertyKey): boolean => typeof key === 'symbol';
  const ordered = [...expected.filter((key) => !isSymbol(key)), ...expected.filter(isSymbol)];
  for (let i = 0; i < keys.length; i++) {
    if (keys[i] !== ordered[i]) return false;
    const descriptor = Reflect.getOwnPropertyDescriptor(prototype, keys[i] as PropertyKey) as PropertyDescriptor;
    if (descriptor.enumerable || !descriptor.configurable || descriptor.writable === false) return false;
  }
  if (Reflect.getOwnPropertyDescriptor(prototype, 'constructor')?.value !== fn) return false;
  return Reflect.getPrototypeOf(prototype) === expectedParent(fn, facts);
}

function expectedParent(fn: AnyFunction, facts: ClassFacts): object | null | undefined {
  if (facts.extendsNull) return null;
  if (facts.heritage === undefined) return Object.prototype;
  const parent = Reflect.getPrototypeOf(fn);
  if (typeof parent !== 'function') return undefined;
  return Reflect.getOwnPropertyDescriptor(parent, 'prototype')?.value as object | null | undefined;
}

/** Finds the keys of members whose key is an expression: by their text, among what is there. */
function computedKeys(
  facts: ClassFacts,
  text: string,
  fn: AnyFunction,
  prototype: object,
): { readonly text: ReadonlyMap<number, string>; readonly live: ReadonlyMap<number, PropertyKey> } {
  const keys = new Map<number, string>();
  const live = new Map<number, PropertyKey>();
  facts.elements.forEach((element, i) => {
    if (element.key.kind !== 'computed' || element.kind === 'static-block') return;
    // A static field is not evaluated again, and the key of another is found by itself.
    if (element.kind === 'field') return;
    const holder = element.isStatic ? fn : prototype;
    const key = Reflect.ownKeys(holder).find(
      (one) =>
        ![...live].some(([other, used]) => used === one && facts.elements[other]?.kind === element.kind) &&
        liveMember(element, one, holder, text) !== undefined,
    );
    if (typeof key === 'string') keys.set(i, key);
    else keys.set(i, `${CLASS_KEY_PLACEHOLDER}${i}`);
    if (key !== undefined) live.set(i, key);
  });
  return { text: keys, live };
}
