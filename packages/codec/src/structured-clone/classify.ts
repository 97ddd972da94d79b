import { types } from 'node:util';
import { builtInClassName, className } from './built-in-class.js';
import { errorCode } from './error-kind.js';
import { refusal } from './refusal.js';
import { memoryOf, viewKind } from './views.js';

/** What structured clone makes of an object. */
export type Classification =
  | { readonly kind: 'object' | 'array' | 'map' | 'set' | 'leaf' | 'memory' | 'shared-memory' }
  | { readonly kind: 'view'; readonly view: number }
  | { readonly kind: 'error'; readonly error: number };

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
 * @throws Refusal where the algorithm would make something else of it: a plain object of a class instance, a Map of a
 *   subclass of Map.
 */
export function classify(object: object): Classification {
  if (typeof object === 'function') throw refusal(describeFunction(object), 'structured clone carries no functions');
  if (types.isProxy(object)) throw refusal('a Proxy', 'its target and handler cannot be told from outside');
  const prototype: object | null = Object.getPrototypeOf(object);
  const builtIn = classifyBuiltIn(object);
  if (builtIn !== undefined) {
    const [name, answer] = builtIn;
    const isOwn = name === 'Buffer' ? prototype === Buffer.prototype : builtInClassName(prototype) === name;
    if (isOwn) return answer;
    throw refusal(`an instance of ${className(prototype)}, a kind of ${name}`, `it would arrive as a plain ${name}`);
  }
  if (prototype === null || prototype === Object.prototype) return OBJECT;
  if (types.isProxy(prototype))
    throw refusal('an object whose prototype is a Proxy', 'it would arrive as a plain object');
  // A plain object of another realm.
  if (builtInClassName(prototype) === 'Object' && Object.getPrototypeOf(prototype) === null) return OBJECT;
  throw refusal(`an instance of ${className(prototype)}`, 'structured clone would make a plain object of it');
}

/** The class that an object's brand belongs to, or `undefined` for an object without internal slots. */
function classifyBuiltIn(object: object): readonly [className: string, answer: Classification] | undefined {
  if (Array.isArray(object)) return ['Array', ARRAY];
  if (types.isMap(object)) return ['Map', MAP];
  if (types.isSet(object)) return ['Set', SET];
  if (types.isDate(object)) return ['Date', LEAF];
  if (types.isRegExp(object)) return ['RegExp', LEAF];
  if (types.isArrayBuffer(object)) return ['ArrayBuffer', MEMORY];
  if (types.isSharedArrayBuffer(object)) return ['SharedArrayBuffer', SHARED_MEMORY];
  if (ArrayBuffer.isView(object)) return classifyView(object);
  if (types.isBoxedPrimitive(object)) return classifyBoxed(object);
  if (types.isNativeError(object)) return classifyError(object);
  const slots = SLOTTED.find(([isBranded]) => isBranded(object));
  if (slots !== undefined) throw refusal(slots[1], 'it would arrive as a plain object');
  return undefined;
}

/** Objects that structured clone takes for plain ones, or refuses without a path, whatever their prototype. */
const SLOTTED: readonly (readonly [isBranded: (object: object) => boolean, what: string])[] = [
  [types.isArgumentsObject, 'an arguments object'],
  [types.isModuleNamespaceObject, 'a module namespace'],
  [types.isPromise, 'an instance of Promise'],
  [types.isWeakMap, 'an instance of WeakMap'],
  [types.isWeakSet, 'an instance of WeakSet'],
  [types.isGeneratorObject, 'a generator'],
  [types.isMapIterator, 'a Map iterator'],
  [types.isSetIterator, 'a Set iterator'],
  [types.isExternal, 'a native external'],
];

function classifyView(view: ArrayBufferView): readonly [string, Classification] {
  const { name, kind } = viewKind(view);
  if (kind < 0) throw refusal(`a ${name}`, 'this codec does not know it');
  const memory = builtInClassName(Object.getPrototypeOf(memoryOf(view)));
  if (memory !== 'ArrayBuffer' && memory !== 'SharedArrayBuffer') {
    throw refusal('a view of an ArrayBuffer of another class', 'its memory would arrive as a plain ArrayBuffer');
  }
  return [name, { kind: 'view', view: kind }];
}

function classifyBoxed(object: object): readonly [string, Classification] {
  if (types.isSymbolObject(object)) throw refusal('a boxed symbol', 'structured clone carries no symbols');
  if (types.isNumberObject(object)) return ['Number', LEAF];
  if (types.isStringObject(object)) return ['String', LEAF];
  if (types.isBooleanObject(object)) return ['Boolean', LEAF];
  return ['BigInt', LEAF];
}

function classifyError(error: Error): readonly [string, Classification] {
  const prototype: object | null = Object.getPrototypeOf(error);
  const name = builtInClassName(prototype);
  const code = errorCode(name);
  if (code < 0)
    throw refusal(`an instance of ${className(prototype)}, a kind of Error`, 'it would arrive as a plain Error');
  return [name, { kind: 'error', error: code }];
}

function describeFunction(fn: object): string {
  const name: unknown = types.isProxy(fn) ? undefined : Object.getOwnPropertyDescriptor(fn, 'name')?.value;
  return typeof name === 'string' && name !== '' ? `the function ${name}` : 'an anonymous function';
}
