import { refusal } from './refusal.js';

/** Realm errors in the order of their wire codes: the order must never change. */
const ERROR_NAMES = [
  'Error',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
  'AggregateError',
] as const;

/** What an Error is reduced to. */
export type ErrorData = readonly [code: number, properties: Record<string, unknown>, hidden: readonly string[]];

/** The wire code of a built-in error class, or -1. */
export function errorCode(name: string): number {
  return (ERROR_NAMES as readonly string[]).indexOf(name);
}

/**
 * Reads an Error as data. Structured clone would lose own properties, `errors`, and on old engines `cause`.
 *
 * @throws Refusal where a property is of a kind that cannot be put back.
 */
export function reduceError(error: Error, code: number): ErrorData {
  const properties: Record<string, unknown> = {};
  const hidden: string[] = [];
  for (const key of Reflect.ownKeys(error)) {
    if (typeof key === 'symbol')
      throw refusal('an Error with a symbol key', 'structured clone carries no symbols', key);
    const descriptor = Object.getOwnPropertyDescriptor(error, key) as PropertyDescriptor;
    const { enumerable, configurable, writable, get } = descriptor;
    // V8 makes `stack` an own accessor from version 12 on; its getter is the engine's.
    const isEngineStack =
      key === 'stack' && get !== undefined && builtInGetter.test(Function.prototype.toString.call(get));
    if (get !== undefined && !isEngineStack) throw refusal('an accessor', 'only its value could travel', key);
    const isSealed = Object.isSealed(error);
    if (!isSealed && configurable !== true)
      throw refusal('a property that cannot be deleted', 'it would arrive configurable', key);
    if (writable === false && !Object.isFrozen(error))
      throw refusal('a read-only property', 'it would arrive writable', key);
    const value: unknown = isEngineStack ? error.stack : descriptor.value;
    Object.defineProperty(properties, key, { value, enumerable: true, writable: true, configurable: true });
    if (enumerable !== true) hidden.push(key);
  }
  return [code, properties, hidden];
}

const builtInGetter = /\{\s*\[native code\]\s*\}$/;

/** Makes the Error again, without user code: natively, so that it is a true error, then its properties. */
export function reviveError([code, properties, hiddenKeys]: ErrorData): Error {
  if (!Array.isArray(hiddenKeys) || hiddenKeys.length > Object.keys(properties).length)
    throw new TypeError('an error with impossible keys');
  const hidden = new Set(hiddenKeys);
  const name = ERROR_NAMES[code];
  if (name === undefined) throw new RangeError(`There is no error class with code ${code}.`);
  const error = name === 'AggregateError' ? new AggregateError([]) : new globalThis[name]();
  for (const key of Object.getOwnPropertyNames(error)) Reflect.deleteProperty(error, key);
  for (const [key, value] of Object.entries(properties)) {
    Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: !hidden.has(key) });
  }
  return error;
}
