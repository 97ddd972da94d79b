import { NATIVE_ERROR_CODES, NativeError } from '../native-error.js';

/** What may be called on a thing of the parent's nevertheless: it neither speaks to anybody nor waits for anybody. */
const HARMLESS: ReadonlySet<string | symbol> = new Set([
  'constructor',
  'emit',
  'off',
  'removeListener',
  'removeAllListeners',
  'listeners',
  'rawListeners',
  'listenerCount',
  'eventNames',
  'getMaxListeners',
  'setMaxListeners',
]);
/** What may be called, and does nothing: there is nothing here to be closed or to be waited for. */
const WITHOUT_EFFECT: ReadonlySet<string | symbol> = new Set(['destroy', 'destroySoon', 'ref', 'unref']);

/** What a method of the parent's does here: nothing, or nothing but to fail. */
type Replacement = (this: unknown) => unknown;

/** The methods of a prototype and of those behind it, of which each speaks to somebody or waits, with what they do here. */
export function refusedMethods(prototype: object, kind: string): Map<string | symbol, Replacement> {
  const methods = new Map<string | symbol, Replacement>();
  for (let at: object | null = prototype; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at))
    for (const key of Reflect.ownKeys(at)) {
      if (HARMLESS.has(key) || typeof Reflect.getOwnPropertyDescriptor(at, key)?.value !== 'function') continue;
      methods.set(key, WITHOUT_EFFECT.has(key) ? returnThis : refusing(kind, `${String(key)}()`));
    }
  return methods;
}

function returnThis(this: unknown): unknown {
  return this;
}

/** @param what - As a program writes it: `write()`, or the name of a property. */
export function refusing(kind: string, what: string): () => never {
  return () => {
    throw new NativeError(
      NATIVE_ERROR_CODES.moved,
      `This ${kind} belongs to the process from which this one was forked, and ${what} would do nothing here.\n` +
        `Open a ${kind} in this process, or have it sent here: as an argument of the process, or over a connection.`,
    );
  };
}
