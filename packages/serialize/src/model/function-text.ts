import type { AnyFunction } from './ports.js';

/** The text of a function as it was written; looked up anew, because instrumentation replaces what gives it. */
export function textOf(fn: AnyFunction): string {
  return Function.prototype.toString.call(fn);
}
