import type { FunctionReading } from '../inspector/scopes.js';
import type { AnyFunction } from '../model/ports.js';

/** What is said about a function beside its variables. */
export interface CaptureOptions {
  /** The `this` of an arrow function. @defaultValue undefined */
  readonly this?: unknown;
  /** Whether the code around the function is strict, as that of every module is. @defaultValue true */
  readonly strict?: boolean | undefined;
}

interface Stated {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly options: CaptureOptions;
}

const stated = new WeakMap<AnyFunction, Stated>();

/**
 * Says which variables a function captures, so that nothing needs to be read from the engine: for hosts without an
 * inspector (a browser, `--permission`), and where every microsecond counts.
 *
 * Functions that are given the same object share the variables in it.
 *
 * @param fn - The function, which is returned.
 * @param variables - Every variable that the function uses from around it, by name; globals of the language excepted.
 *   The values are read when the function is serialized.
 * @param options - `this`, and whether the code is strict.
 * @example
 * const limit = 10;
 * const bytes = serialize(capture((x) => Math.min(x, limit), { limit }));
 */
export function capture<F extends AnyFunction>(
  fn: F,
  variables: Readonly<Record<string, unknown>>,
  options: CaptureOptions = {},
): F {
  stated.set(fn, { variables, options });
  return fn;
}

/** Whether the variables of a function were stated. */
export function isStated(fn: AnyFunction): boolean {
  return stated.has(fn);
}

/** What was stated about a function, in the form in which the engine's own answers come. */
export function statedReading(fn: AnyFunction): FunctionReading | undefined {
  const found = stated.get(fn);
  if (found === undefined) return undefined;
  const { variables, options } = found;
  return {
    location: undefined,
    scopes: [
      { description: STATED_SCOPE, object: variables },
      ...(options.strict === false ? [] : [{ description: 'Module', object: {} }]),
      { description: 'Global', object: globalThis as unknown as Record<string, unknown> },
    ],
    stated: { thisValue: options.this },
  };
}

/** How the scope is called that a user stated. */
export const STATED_SCOPE = 'Stated';
