import { introspection } from '../inspector/internals.js';
import { Inspector } from '../inspector/session.js';
import { locationOf } from '../instrument/location.js';
import { scriptById } from '../instrument/scripts.js';
import { isNativeCode } from '../model/native-code.js';
import { isOverwritten } from '../model/overwritten.js';
import type { AnyFunction } from '../model/ports.js';
import { follow, isObject, type Step } from './path.js';

const isProxy = typeof process === 'object' ? process.getBuiltinModule?.('node:util')?.types.isProxy : undefined;

const genuine = new WeakMap<readonly Step[], boolean>();

/**
 * Whether what a built-in name leads to is what every process has there. Programs put functions of their own in such places
 * (`console.log = …`, `globalThis.fetch = …`, a polyfill): another process has another one, or none.
 *
 * @param path - As it was found: the same array for the same value.
 * @param value - What it leads to.
 * @param root - What its first step leads to, where that is known.
 * @param pathOf - Where a built-in name leads to a function, whoever put it there.
 */
export function isGenuine(path: readonly Step[], value: object, root: unknown, pathOf: PathFinder): boolean {
  let answer = genuine.get(path);
  if (answer === undefined) {
    answer = true;
    let owner: unknown;
    let at = root;
    for (let i = 1; answer && i < path.length; i++) {
      answer = isRuntimes(at);
      owner = at;
      at = follow(at, path[i] as Step);
    }
    answer &&= isRuntimes(value) || isBoundByRuntime(value, path, owner, pathOf);
    genuine.set(path, answer);
  }
  return answer;
}

type PathFinder = (fn: AnyFunction) => readonly Step[] | undefined;

/** Whether a function is the runtime's own, and neither a proxy of it nor bound; other values may be. */
function isRuntimes(value: unknown): boolean {
  if (isProxy?.(value) === true) return false;
  if (typeof value !== 'function') return true;
  const fn = value as AnyFunction;
  if (isNativeCode(fn)) return !isBound(fn);
  const location = locationOf(fn);
  const script = location && scriptById(location.scriptId);
  return script === undefined || script.url.startsWith('node:');
}

/** The name that `bind` gives. The runtime takes it from what it binds for programs: the methods of `console`. */
function isBound(fn: AnyFunction): boolean {
  const name: unknown = Reflect.getOwnPropertyDescriptor(fn, 'name')?.value;
  return typeof name === 'string' && name.startsWith('bound ');
}

/**
 * Only the runtime can bind what has no name, as in `path.format`. What it binds that has one, in `dns.resolve`, has the same
 * name there, and nobody has assigned it since.
 */
function isBoundByRuntime(value: object, path: readonly Step[], owner: unknown, pathOf: PathFinder): boolean {
  if (typeof value !== 'function' || isProxy?.(value) === true || !isNativeCode(value as AnyFunction)) return false;
  if (!Inspector.isAvailable) return true;
  const target = introspection.boundFunction(value as AnyFunction)?.target;
  if (target === undefined || isNativeCode(target) || !isRuntimes(target)) return target === undefined;
  const key = path.at(-1) as Step;
  const named = pathOf(target);
  return named === undefined || (named.at(-1) === key && isObject(owner) && isOverwritten(owner, key) === false);
}
