import { textOf } from '../model/function-text.js';
import type { AnyFunction } from '../model/ports.js';
import { isObject } from '../references/path.js';
import { capture } from './explicit.js';
import type { Variable } from './variables.js';

/** The counters of one file, as istanbul-lib-instrument makes them: how often each statement, function and branch ran. */
interface Counters {
  readonly path: string;
  readonly hash: unknown;
}

/** How the code reaches the counters of its file: `cov_1a2b3c().s[0]++`. */
const NAME = /^cov_[0-9a-z]+$/;
const TEXT = /^function\s*\(\)\s*\{(?:\s|\/\*.*?\*\/|\/\/.*)*return actualCoverage;\s*\}$/;

const ambient = new WeakMap<AnyFunction, AnyFunction>();

/**
 * Coverage counters belong to the process, as `console` does. They are large, a map of the whole file, and are not sent:
 * the code counts with the counters that the other process has of the file, and for nobody where it has none.
 */
export function ambientCounters(variable: Variable): Variable {
  const { value, isDead } = variable;
  if (isDead || typeof value !== 'function' || !NAME.test(variable.name)) return variable;
  const fn = value as AnyFunction;
  const known = ambient.get(fn) ?? standIn(fn);
  if (known === undefined) return variable;
  ambient.set(fn, known);
  // Like a global: no scope holds it, so none is shared because of it.
  return { ...variable, value: known, scope: undefined, depth: -1 };
}

function standIn(fn: AnyFunction): AnyFunction | undefined {
  if (!TEXT.test(textOf(fn))) return undefined;
  // By its text it does nothing but return them.
  const found: unknown = fn();
  return isCounters(found)
    ? capture(countersOf(found.path, found.hash), { path: found.path, hash: found.hash })
    : undefined;
}

function isCounters(value: unknown): value is Counters {
  return isObject(value) && typeof (value as Partial<Counters>).path === 'string' && 's' in value && 'f' in value;
}

/** What takes the place of the function `cov_1a2b3c`. Runs in the other process, where it has `path` and `hash` alone. */
function countersOf(path: string, hash: unknown): AnyFunction {
  return () => {
    const all = (globalThis as { __coverage__?: Record<string, Counters | undefined> }).__coverage__;
    const own = all?.[path];
    if (own !== undefined && own.hash === hash) return own;
    return { s: {}, f: {}, b: new Proxy({}, { get: () => [] }), bT: new Proxy({}, { get: () => [] }) };
  };
}
