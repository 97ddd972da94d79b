import type { CodeFacts } from '../analyze/facts.js';
import type { FoundFunction } from '../analyze/lexical.js';
import type { ScriptFacts } from '../analyze/script.js';
import { HeapIndex } from '../inspector/heap.js';
import { type FunctionLocation, type FunctionReading, readFunctions } from '../inspector/scopes.js';
import { Inspector } from '../inspector/session.js';
import { locationOf } from '../instrument/location.js';
import { textOf } from '../model/function-text.js';
import { isOverwritten } from '../model/overwritten.js';
import type { AnyFunction } from '../model/ports.js';
import { isObject } from '../references/path.js';
import { factsOf } from './code.js';
import { CaptureFailure } from './failure.js';
import { homeShown } from './hidden-context.js';
import { isMadeBy, rootOf } from './own-members.js';
import { findInScript, scriptFacts } from './source-info.js';
import { readSlot } from './variables.js';

/** Homes that were found. The home object of a method never changes. */
const homes = new WeakMap<AnyFunction, object>();

/**
 * Finds the home objects of methods: where `super` looks from.
 *
 * V8 shows a home object nowhere, and who holds a method need not be its home: `Object.assign(K.prototype, mixin)`
 * copies a method, and its `super` goes on to look from the mixin. What the text says decides where it can: a method
 * of a class belongs to the class, and for a literal without `__proto__` any object that inherits from nothing is as
 * good. Else the heap is asked who holds the method, and where that leaves a choice, it is refused.
 */
export class Homes {
  #heap: HeapIndex | undefined;

  /**
   * The home of a method.
   *
   * @param holder - The object through which the method was met.
   * @throws CaptureFailure where it cannot be told.
   */
  ofMethod(
    fn: AnyFunction,
    facts: CodeFacts,
    location: FunctionLocation | undefined,
    holder: object | undefined,
  ): object {
    const known = homes.get(fn);
    if (known !== undefined) return known;
    const script = scriptFacts(location);
    const found = findInScript(location, facts.text);
    const home =
      script === undefined || found === undefined
        ? (holder ?? notFound('the object that it belongs to is not part of the value'))
        : found.ownerClass === -1
          ? this.#ofLiteral(fn, facts, found, holder)
          : this.#ofClass(fn, script.textOf(script.functionByIndex(found.ownerClass) as FoundFunction), holder);
    homes.set(fn, home);
    return home;
  }

  /**
   * The home of what is around an arrow: a method, known by its text, that stands where `this` finds it; a constructor
   * or an initialiser.
   */
  ofArrow(arrow: AnyFunction, facts: CodeFacts, reading: FunctionReading, thisValue: unknown): object {
    try {
      return this.#aroundArrow(arrow, facts, reading.location, thisValue);
    } catch (error) {
      if (!(error instanceof CaptureFailure) || !isObject(thisValue)) throw error;
      const shown = homeShown(arrow, isInStatic(reading.location, facts.text), chainOf(thisValue));
      if (shown === undefined) throw error;
      return shown;
    }
  }

  #aroundArrow(
    arrow: AnyFunction,
    facts: CodeFacts,
    location: FunctionLocation | undefined,
    thisValue: unknown,
  ): object {
    const found = findInScript(location, facts.text);
    const script = scriptFacts(location);
    if (found === undefined || script === undefined || !isObject(thisValue)) return notFound('its this is no object');
    const method = found.around === -1 ? undefined : script.functionByIndex(found.around);
    const element = classOfElement(found, method, script);
    if (element !== undefined) return ofElement(script.textOf(element), thisValue);
    const [one, ...others] = method === undefined ? [] : methodsAround(script.textOf(method), thisValue, arrow);
    if (one === undefined || others.length > 0) return notFound('the method that it stands in was not found');
    const [holder, around] = one;
    return this.ofMethod(around, factsOf(textOf(around as AnyFunction), true), locationOf(around), holder);
  }

  #ofClass(fn: AnyFunction, classText: string, holder: object | undefined): object {
    const isStatic = isStaticMember(classText, textOf(fn as AnyFunction));
    if (isStatic === undefined) {
      return homeShown(fn, undefined, []) ?? notFound('its class has it twice, static and not');
    }
    if (holder !== undefined) {
      const K: unknown = isStatic ? holder : Reflect.getOwnPropertyDescriptor(holder, 'constructor')?.value;
      if (
        typeof K === 'function' &&
        textOf(K as AnyFunction) === classText &&
        homeIn(K, isStatic) === holder &&
        hasMade(K as AnyFunction, fn, holder)
      )
        return holder;
    }
    const classes = this.#heapOf(fn)
      .classesOf(classText)
      .filter((K) => hasMade(K, fn, homeIn(K, isStatic)));
    if (classes.length === 1) return homeIn(classes[0] as AnyFunction, isStatic);
    const holders = this.#heapOf(fn).holdersOf(fn, undefined);
    const [home, ...others] = classes.map((K) => homeIn(K, isStatic)).filter((one) => holders.includes(one));
    if (home !== undefined && others.length === 0) return home;
    return homeShown(fn, isStatic, holders) ?? notFound('several classes could be the one it is of');
  }

  #ofLiteral(fn: AnyFunction, facts: CodeFacts, found: FoundFunction, holder: object | undefined): object {
    // Whatever object the literal made, it inherits from the same.
    if (holder !== undefined && !found.hasPrototype && Reflect.getPrototypeOf(holder) === rootOf(fn)) return holder;
    const key = keyOf(facts);
    const holders = this.#heapOf(fn).holdersOf(fn, key).filter(mayBeOfLiteral);
    const [first] = holders;
    const isFirstValue = first !== undefined && key !== undefined && isOverwritten(first, key) === false;
    if (isFirstValue && holders.length === 1) return first;
    // Who holds it need not be who made it: it may have been given away.
    const shown = homeShown(fn, false, holder === undefined ? holders : [holder, ...holders]);
    if (shown !== undefined) return shown;
    if (first === undefined) return notFound('the object in whose literal it was written no longer holds it');
    const prototype = Reflect.getPrototypeOf(first);
    if (holders.some((other) => Reflect.getPrototypeOf(other) !== prototype))
      return notFound(
        'objects that inherit from different ones hold it, and the engine does not show which is its own',
      );
    return holder !== undefined && holders.includes(holder) ? holder : first;
  }

  #heapOf(fn: AnyFunction): HeapIndex {
    if (!Inspector.isAvailable) return notFound('the inspector, which would show its object, is not available');
    this.#heap ??= new HeapIndex(rootOf(fn));
    return this.#heap;
  }
}

/** The key of a method in its literal, where it is in the text. */
function keyOf({ kind, textName }: CodeFacts): string | undefined {
  return kind === 'getter' || kind === 'setter' ? textName?.slice('get '.length) : textName;
}

function homeIn(K: object, isStatic: boolean): object {
  return isStatic ? K : (Reflect.getOwnPropertyDescriptor(K, 'prototype')?.value as object);
}

/** The prototype of a class is made by its class, and a function by its text: no literal made them. */
function mayBeOfLiteral(object: object): boolean {
  if (typeof object === 'function') return false;
  const K: unknown = Reflect.getOwnPropertyDescriptor(object, 'constructor')?.value;
  const own = typeof K === 'function' ? Reflect.getOwnPropertyDescriptor(K, 'prototype') : undefined;
  return own?.value !== object || own.writable === true;
}

/** An object and what it inherits from. */
function chainOf(object: object): readonly object[] {
  const chain: object[] = [];
  for (let at: object | null = object; at !== null; at = Reflect.getPrototypeOf(at)) chain.push(at);
  return chain;
}

/** Whether the method around an arrow is a static one; undefined where it is none, or that cannot be told. */
function isInStatic(location: FunctionLocation | undefined, text: string): boolean | undefined {
  const script = scriptFacts(location);
  const method = script?.functionByIndex(findInScript(location, text)?.around ?? -1);
  const owner = method && script?.functionByIndex(method.ownerClass);
  return method && owner && script && isStaticMember(script.textOf(owner), script.textOf(method));
}

/** Whether a member of a class with this text is static; undefined where two have the text. */
function isStaticMember(classText: string, text: string): boolean | undefined {
  const elements = factsOf(classText, false).classFacts?.elements ?? [];
  const alike = elements.filter(({ textStart, span }) => classText.slice(textStart, span.end) === text);
  const isStatic = alike[0]?.isStatic ?? false;
  return alike.every((element) => element.isStatic === isStatic) ? isStatic : undefined;
}

/** Whether a class made a method that has the text of one of its members. */
function hasMade(K: AnyFunction, fn: AnyFunction, holder: object): boolean {
  const facts = factsOf(textOf(K), false);
  const text = textOf(fn);
  const key = Reflect.ownKeys(holder).find((one) => {
    const descriptor = Reflect.getOwnPropertyDescriptor(holder, one);
    return descriptor?.value === fn || descriptor?.get === fn || descriptor?.set === fn;
  });
  // A class that has lost it may have made it.
  const places = (facts.classFacts?.elements ?? [])
    .filter(({ textStart, span }) => facts.text.slice(textStart, span.end) === text)
    .map(({ textStart }) => ({ holder, key: key ?? '', textStart }));
  return places.some((place) => isMadeBy(fn, K, facts, place, undefined));
}

/** The class in whose initialiser or constructor an arrow stands, no other function around it. */
function classOfElement(
  found: FoundFunction,
  method: FoundFunction | undefined,
  script: ScriptFacts,
): FoundFunction | undefined {
  const isConstructor =
    method !== undefined && method.ownerClass !== -1 && /^constructor\b/.test(script.textOf(method));
  if (isConstructor) return script.functionByIndex(method.ownerClass);
  for (let scope: FoundFunction['scope'] | undefined = found.scope; scope !== undefined; scope = scope.parent) {
    if (scope === method?.inner) return undefined;
    if (scope.kind === 'class') return script.functionByScope(scope);
  }
  return undefined;
}

/** What runs in an initialiser or a constructor has the class, or its prototype, for a home. */
function ofElement(classText: string, thisValue: object): object {
  const found: object[] = [];
  for (let at: object | null = thisValue; at !== null; at = Reflect.getPrototypeOf(at)) {
    const K: unknown = typeof at === 'function' ? at : Reflect.getOwnPropertyDescriptor(at, 'constructor')?.value;
    if (typeof K === 'function' && textOf(K as AnyFunction) === classText && (K === at || homeIn(K, false) === at))
      found.push(at);
  }
  const [home, ...others] = found;
  return home !== undefined && others.length === 0 ? home : notFound('the class that it stands in was not found');
}

type Candidate = readonly [holder: object, fn: AnyFunction];

/** The methods with a text that `this` finds, and that can be around the arrow: each once. */
function methodsAround(text: string, thisValue: object, arrow: AnyFunction): readonly Candidate[] {
  const candidates: Candidate[] = [];
  for (let at: object | null = thisValue; at !== null; at = Reflect.getPrototypeOf(at)) {
    for (const key of Reflect.ownKeys(at)) {
      const descriptor = Reflect.getOwnPropertyDescriptor(at, key);
      for (const value of [descriptor?.value, descriptor?.get, descriptor?.set] as unknown[]) {
        if (typeof value === 'function' && textOf(value as AnyFunction) === text)
          candidates.push([at, value as AnyFunction]);
      }
    }
  }
  const distinct = candidates.filter(([, fn], i) => candidates.findIndex(([, other]) => other === fn) === i);
  return distinct.length > 1 ? thatSee(distinct, arrow) : distinct;
}

/** Those methods that see all that an arrow in them sees outside of them. */
function thatSee(candidates: readonly Candidate[], arrow: AnyFunction): readonly Candidate[] {
  // The engine lists all that is visible; an instrumented function only what it uses.
  const [{ scopes } = { scopes: [] }, ...readings] = readFunctions([arrow, ...candidates.map(([, fn]) => fn)]);
  return candidates.filter((_, i) => {
    const outside = readings[i]?.scopes ?? [];
    const own = scopes.slice(scopes.length - outside.length);
    return outside.every((scope, at) => {
      const other = own[at];
      if (other === undefined || scope.description !== other.description) return false;
      if (scope.description === 'Global') return scope.object === other.object;
      return Object.keys(scope.object).every(
        (name) =>
          Object.hasOwn(other.object, name) && Object.is(readSlot(scope, name).value, readSlot(other, name).value),
      );
    });
  });
}

function notFound(why: string): never {
  throw new CaptureFailure(
    `uses super, and ${why}`,
    'Send the object or the class to which the method belongs, or call the inherited method by its name: Parent.prototype.method.call(this).',
  );
}
