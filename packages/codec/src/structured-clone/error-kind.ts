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

/** The wire code of a realm's own Error class, or -1 for a class of the user's. */
export function errorCode(error: Error): number {
  const prototype: { name?: unknown; constructor?: unknown } | null = Object.getPrototypeOf(error);
  if (prototype === null || !Object.hasOwn(prototype, 'constructor')) return -1;
  const classFunction = prototype.constructor as { name?: unknown; prototype?: unknown };
  // A native class has this very text in every realm; a user's class has its own.
  if (
    typeof classFunction !== 'function' ||
    !/\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(classFunction))
  )
    return -1;
  return ERROR_NAMES.indexOf(classFunction.name as (typeof ERROR_NAMES)[number]);
}

/** Reads an Error as data. Structured clone would lose own properties, `errors`, and on old engines `cause`. */
export function reduceError(error: Error, code: number): ErrorData {
  const properties: Record<string, unknown> = Object.create(null);
  const hidden: string[] = [];
  for (const key of Object.getOwnPropertyNames(error)) {
    // `stack` is an accessor on some engines, and always made from data.
    properties[key] = (error as unknown as Record<string, unknown>)[key];
    if (!Object.prototype.propertyIsEnumerable.call(error, key)) hidden.push(key);
  }
  // Deserialization makes ordinary objects: nothing here needs the null prototype, and `__proto__` stays data.
  return [code, Object.fromEntries(Object.entries(properties)), hidden];
}

/** Makes the Error again, without user code: natively, so that it is a true error, then its properties. */
export function reviveError([code, properties, hidden]: ErrorData): Error {
  const name = ERROR_NAMES[code];
  if (name === undefined) throw new RangeError(`There is no error class with code ${code}.`);
  const error = name === 'AggregateError' ? new AggregateError([]) : new globalThis[name]();
  for (const key of Object.getOwnPropertyNames(error)) Reflect.deleteProperty(error, key);
  for (const [key, value] of Object.entries(properties)) {
    Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: !hidden.includes(key) });
  }
  return error;
}
