import { SerializeError } from '@mp/codec';
import { readFunctions } from '../inspector/scopes.js';
import { Inspector } from '../inspector/session.js';
import type { AnyFunction } from '../model/ports.js';
import { isObject } from './path.js';

/** What the CommonJS wrapper of a file gives to it. */
export interface CommonJsValue {
  /** The `require` of the file; else its `module`. */
  readonly isRequire: boolean;
  readonly url: string;
}

interface ModuleBuiltin {
  readonly Module: new (id: string) => object;
  createRequire(path: string): NodeJS.Require;
}

const found = new WeakMap<object, CommonJsValue>();

/** Recognises the `require` and the `module` of a file, also a `require` made by `createRequire`. */
export function findCommonJs(value: object): CommonJsValue | undefined {
  const known = found.get(value);
  if (known !== undefined) return known;
  const filename = typeof value === 'function' ? filenameOfRequire(value as AnyFunction) : filenameOfModule(value);
  const url = filename === undefined ? undefined : urlOf(filename);
  if (url === undefined) return undefined;
  const result = { isRequire: typeof value === 'function', url };
  found.set(value, result);
  return result;
}

/** The `require` of a file. */
export function requireOf(url: string): unknown {
  return builtin<ModuleBuiltin>('node:module')?.createRequire(url);
}

/** The `module` of a file: the real one where the file is loaded; else one without exports, which says so when asked. */
export function commonJsModule(url: string): unknown {
  const module = builtin<ModuleBuiltin>('node:module');
  const filename = builtin<{ fileURLToPath(url: string): string }>('node:url')?.fileURLToPath(url);
  if (module === undefined || filename === undefined) return undefined;
  const loaded = module.createRequire(url).cache[filename];
  if (loaded !== undefined) return loaded;
  let stand = stands.get(filename);
  if (stand === undefined) {
    stand = Object.assign(new module.Module(filename), { filename, loaded: true });
    Object.defineProperty(stand, 'exports', { get: () => refuseExports(url), set: () => refuseExports(url) });
    stands.set(filename, stand);
  }
  return stand;
}

function refuseExports(url: string): never {
  throw new SerializeError(
    'MP_REFERENCE',
    `A function uses module.exports of ${url}, and that file is not loaded in this process.\n` +
      'Let the function use what it needs from the exports by a variable, or `require` the file here.',
  );
}

const stands = new Map<string, object>();

function filenameOfRequire(fn: AnyFunction): string | undefined {
  if (!Object.hasOwn(fn, 'resolve') || !Object.hasOwn(fn, 'cache') || !Object.hasOwn(fn, 'main')) return undefined;
  if (!Inspector.isAvailable) return undefined;
  for (const { description, object } of readFunctions([fn])[0]?.scopes ?? []) {
    if (description === 'Global') break;
    const module: unknown = Reflect.getOwnPropertyDescriptor(object, 'mod')?.value;
    if (isObject(module)) return filenameOfModule(module);
  }
  return undefined;
}

function filenameOfModule(value: object): string | undefined {
  const Module = builtin<ModuleBuiltin>('node:module')?.Module;
  if (Module === undefined || !(value instanceof Module)) return undefined;
  const filename: unknown = Reflect.getOwnPropertyDescriptor(value, 'filename')?.value;
  return typeof filename === 'string' ? filename : undefined;
}

function urlOf(filename: string): string | undefined {
  return builtin<{ pathToFileURL(path: string): URL }>('node:url')?.pathToFileURL(filename).href;
}

function builtin<T>(id: string): T | undefined {
  if (typeof process !== 'object' || typeof process.getBuiltinModule !== 'function') return undefined;
  return process.getBuiltinModule(id) as T | undefined;
}
