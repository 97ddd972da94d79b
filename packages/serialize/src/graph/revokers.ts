import { FRAME } from '../model/codes.js';
import { types } from '../model/platform.js';
import type { AnyFunction } from '../model/ports.js';
import { EXT } from '../model/tags.js';
import type { GraphWriter } from './writer.js';

const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { ownKeys } = Reflect;
const isProxy: (value: unknown) => boolean = types?.isProxy ?? (() => false);

/** Writes the function that revokes a proxy which was met. @returns Whether it is one. */
export function writeRevoker(writer: GraphWriter, fn: AnyFunction): boolean {
  // As the engine makes them, and hardly another: without a name, a source or properties of its own.
  if (getOwnPropertyDescriptor(fn, 'name')?.value !== '' || getOwnPropertyDescriptor(fn, 'length')?.value !== 0)
    return false;
  if (ownKeys(fn).length !== 2 || !Object.isExtensible(fn) || !isNativeText(fn)) return false;
  const proxy = writer.introspection?.revocableBy(fn, [...writer.met].filter(isProxy));
  if (proxy === undefined || getPrototypeOf(fn) !== Function.prototype) return false;
  writer.claim(fn);
  writer.out.extensionUint(EXT.kind, FRAME.revoker);
  writer.out.uint(proxy === null ? 0 : 1);
  if (proxy !== null) writer.value(proxy);
  return true;
}

const { toString: toText } = Function.prototype;

function isNativeText(fn: AnyFunction): boolean {
  return toText.call(fn).endsWith('{ [native code] }');
}
