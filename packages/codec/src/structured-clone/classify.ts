import { types } from 'node:util';
import { errorCode } from './error-kind.js';
import { viewKind } from './views.js';

/** What structured clone makes of an object. */
export type Classification =
  | { readonly kind: 'object' | 'array' | 'map' | 'set' | 'leaf' | 'memory' | 'shared-memory' }
  | { readonly kind: 'view'; readonly view: number }
  | { readonly kind: 'error'; readonly error: number }
  | { readonly kind: 'refused'; readonly what: string; readonly why: string };

const OBJECT: Classification = { kind: 'object' };
const ARRAY: Classification = { kind: 'array' };
const MAP: Classification = { kind: 'map' };
const SET: Classification = { kind: 'set' };
const LEAF: Classification = { kind: 'leaf' };
const MEMORY: Classification = { kind: 'memory' };
const SHARED_MEMORY: Classification = { kind: 'shared-memory' };

/**
 * Says what structured clone would make of an object, by brand and not by `instanceof`, so that objects of
 * other realms are recognised, and without running a getter or a trap.
 *
 * What the algorithm would carry as something else (a class instance as a plain object, a Map subclass as
 * a Map) is `refused`, with the reason.
 */
export function classify(object: object): Classification {
  if (typeof object === 'function') return refused(describeFunction(object), 'structured clone carries no functions');
  if (types.isProxy(object)) return refused('a Proxy', 'its target and handler cannot be told from outside');
  const prototype: object | null = Object.getPrototypeOf(object);
  if (prototype === Object.prototype || prototype === null) return classifyPlain(object);
  if (Array.isArray(object)) return isNativePrototype(prototype, 'Array') ? ARRAY : subclass('Array', prototype);
  return classifyBuiltIn(object, prototype) ?? classifyOther(object, prototype);
}

function classifyPlain(object: object): Classification {
  if (types.isArgumentsObject(object)) return refused('an arguments object', 'it would arrive as a plain object');
  if (types.isModuleNamespaceObject(object)) return refused('a module namespace', 'it would arrive as a plain object');
  if (
    Array.isArray(object) ||
    types.isMap(object) ||
    types.isSet(object) ||
    types.isDate(object) ||
    types.isNativeError(object)
  ) {
    return refused('a built-in object with a changed prototype', 'it would arrive with the usual prototype');
  }
  return OBJECT;
}

function classifyBuiltIn(object: object, prototype: object | null): Classification | undefined {
  if (types.isMap(object)) return native(prototype, 'Map', MAP);
  if (types.isSet(object)) return native(prototype, 'Set', SET);
  if (types.isDate(object)) return native(prototype, 'Date', LEAF);
  if (types.isRegExp(object)) return native(prototype, 'RegExp', LEAF);
  if (types.isArrayBuffer(object)) return native(prototype, 'ArrayBuffer', MEMORY);
  if (types.isSharedArrayBuffer(object)) return native(prototype, 'SharedArrayBuffer', SHARED_MEMORY);
  if (ArrayBuffer.isView(object)) {
    const view = viewKind(object);
    return view < 0 ? subclass('typed array', prototype) : { kind: 'view', view };
  }
  if (types.isSymbolObject(object)) return refused('a boxed symbol', 'structured clone carries no symbols');
  if (types.isBoxedPrimitive(object))
    return isNativePrototype(prototype) ? LEAF : subclass('boxed primitive', prototype);
  if (types.isNativeError(object)) {
    const error = errorCode(object);
    return error < 0 ? subclass('Error', prototype) : { kind: 'error', error };
  }
  return undefined;
}

function classifyOther(object: object, prototype: object | null): Classification {
  // A plain object of another realm.
  if (isNativePrototype(prototype, 'Object') && Object.getPrototypeOf(prototype) === null) return classifyPlain(object);
  return refused(`an instance of ${className(prototype)}`, 'structured clone would make a plain object of it');
}

function native(prototype: object | null, name: string, answer: Classification): Classification {
  return isNativePrototype(prototype, name) ? answer : subclass(name, prototype);
}

function subclass(name: string, prototype: object | null): Classification {
  return refused(`an instance of ${className(prototype)}, a kind of ${name}`, `it would arrive as a plain ${name}`);
}

function refused(what: string, why: string): Classification {
  return { kind: 'refused', what, why };
}

const nativeNames = new WeakMap<object, string>();

/** Whether `prototype` is a built-in class's own prototype, in any realm. */
function isNativePrototype(prototype: object | null, name?: string): prototype is object {
  if (prototype === null) return false;
  let found = nativeNames.get(prototype);
  if (found === undefined) {
    const classFunction: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
    // A native class has this very text in every realm; a user's class has its own.
    const isNative =
      typeof classFunction === 'function' &&
      /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(classFunction));
    found = isNative && classFunction.prototype === prototype ? classFunction.name : '';
    nativeNames.set(prototype, found);
  }
  return name === undefined ? found !== '' : found === name;
}

function className(prototype: object | null): string {
  const classFunction: unknown =
    prototype === null ? undefined : Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  const name: unknown =
    typeof classFunction === 'function' ? Object.getOwnPropertyDescriptor(classFunction, 'name')?.value : undefined;
  return typeof name === 'string' && name !== '' ? name : 'an anonymous class';
}

function describeFunction(fn: object): string {
  const name: unknown = types.isProxy(fn) ? undefined : Object.getOwnPropertyDescriptor(fn, 'name')?.value;
  return typeof name === 'string' && name !== '' ? `the function ${name}` : 'an anonymous function';
}
