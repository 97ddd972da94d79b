import { introspection, isNativeText } from '../inspector/internals.js';
import { Inspector } from '../inspector/session.js';
import { locationOf } from '../instrument/location.js';
import { scriptById } from '../instrument/scripts.js';
import type { AnyFunction } from '../model/ports.js';
import { follow, type Step } from './path.js';

const isProxy = typeof process === 'object' ? process.getBuiltinModule?.('node:util')?.types.isProxy : undefined;

const genuine = new WeakMap<readonly Step[], boolean>();

/**
 * Whether what a built-in name leads to is what every process has there. Programs put functions of their own in such places
 * (`console.log = …`, `globalThis.fetch = …`, a polyfill): another process has another one, or none.
 *
 * @param path - As it was found: the same array for the same value.
 * @param value - What it leads to.
 * @param root - What its first step leads to, where that is known.
 * @param isNamed - Whether a built-in name leads to a function, whoever put it there.
 */
export function isGenuine(
  path: readonly Step[],
  value: object,
  root: unknown,
  isNamed: (fn: AnyFunction) => boolean,
): boolean {
  let answer = genuine.get(path);
  if (answer === undefined) {
    answer = isRuntimes(value, isNamed);
    let at = root;
    for (let i = 1; answer && i < path.length; i++) {
      answer = isRuntimes(at, isNamed);
      at = follow(at, path[i] as Step);
    }
    genuine.set(path, answer);
  }
  return answer;
}

/** Whether a function is the runtime's own, and no proxy of it; other values may be. */
function isRuntimes(value: unknown, isNamed: (fn: AnyFunction) => boolean): boolean {
  if (isProxy?.(value) === true) return false;
  if (typeof value !== 'function') return true;
  const fn = value as AnyFunction;
  if (isNativeText(fn)) return !isBound(fn) || isBoundByRuntime(fn, isNamed);
  const location = locationOf(fn);
  const script = location && scriptById(location.scriptId);
  return script === undefined || script.url.startsWith('node:');
}

/** The name that `bind` gives. The runtime takes it from what it binds for programs: the methods of `console`. */
function isBound(fn: AnyFunction): boolean {
  const name: unknown = Reflect.getOwnPropertyDescriptor(fn, 'name')?.value;
  return typeof name === 'string' && name.startsWith('bound ');
}

/** Only the runtime can bind what has no name: `path.format` is such a function. */
function isBoundByRuntime(fn: AnyFunction, isNamed: (fn: AnyFunction) => boolean): boolean {
  if (!Inspector.isAvailable) return true;
  const target = introspection.boundFunction(fn)?.target;
  return target === undefined || (!isNativeText(target) && isRuntimes(target, isNamed) && !isNamed(target));
}
