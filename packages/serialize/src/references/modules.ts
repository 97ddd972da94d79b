import { SERIALIZE_ERROR_CODES, SerializeError } from '@mp/codec';
import type { Script } from '../inspector/scripts.js';
import { Inspector } from '../inspector/session.js';
import { locationOf } from '../instrument/location.js';
import { allScripts, refreshScripts, scriptById } from '../instrument/scripts.js';
import { isNativeCode } from '../model/native-code.js';
import type { AnyFunction } from '../model/ports.js';
import { ModuleSymbols } from './module-symbols.js';
import { loadNamespace, noteNamespace } from './namespaces.js';
import { classesSeenBy, followVariable } from './package-classes.js';
import { eachStep, follow, isObject, type Step } from './path.js';
import type { ReferencePolicy } from './policy.js';
import { foundModule, isRequireReplaced, noteModule } from './replaced-require.js';

interface ModuleBuiltin {
  createRequire(path: string): NodeJS.Require;
}

/** How long a path into a module's exports may be: `Class.prototype.method` is 3. */
const DEPTH = 3;
/** Symbols that are in no export are remembered up to this number, which keeps their descriptions in memory. */
const MOST_LOCAL_SYMBOLS = 1000;

/**
 * Functions and classes that other processes can import: by the URL of their module, and the path to them in it.
 *
 * A function tells where it was compiled; whether it is an export is seen in the loaded module itself, so that
 * closures and functions that are not exported are told from exports for sure.
 */
export class LoadedModules {
  readonly #policy: ReferencePolicy;
  readonly #paths: WeakMap<object, readonly Step[]> = new WeakMap();
  /** What was found as a property of a function: another module may have put it there, as `ws` does `WebSocket.Server`. */
  readonly #attached: WeakSet<object> = new WeakSet();
  /** Functions known not to be exports. */
  readonly #local: WeakSet<object> = new WeakSet();
  /**
   * Texts of such functions that are made anew again and again: their place need not be asked each time. Who captures
   * a function knows its place, and looks once more.
   */
  readonly #localTexts: Set<string> = new Set();
  readonly #namespaces: WeakMap<object, string> = new WeakMap();
  readonly #walked: Set<string> = new Set();
  readonly #symbols: ModuleSymbols = new ModuleSymbols();
  /** Symbols known to be in no export. */
  readonly #localSymbols: Set<symbol> = new Set();
  /** Functions of the runtime's own code. */
  readonly #runtime: WeakSet<object> = new WeakSet();

  constructor(policy: ReferencePolicy) {
    this.#policy = policy;
  }

  /** How other processes find a function or class; `undefined` where it must travel by value. */
  find(value: object): readonly Step[] | undefined {
    if (this.#attached.has(value)) this.#lookAtHome(value);
    const known = this.#paths.get(value);
    if (known !== undefined || typeof value !== 'function') return known;
    if (this.#local.has(value)) return undefined;
    const text = Function.prototype.toString.call(value);
    if (this.#localTexts.has(text)) return undefined;
    const location = locationOf(value as AnyFunction);
    const script = location === undefined ? undefined : scriptById(location.scriptId);
    const path = script === undefined ? undefined : this.findIn(script, value);
    if (path !== undefined) return path;
    this.#local.add(value);
    if (script?.url.startsWith('node:')) this.#runtime.add(value);
    if (this.#localTexts.size > 10_000) this.#localTexts.clear();
    this.#localTexts.add(text);
    return undefined;
  }

  /** Whether a function that was not found is part of the runtime's own code. */
  isFromRuntime(value: object): boolean {
    return this.#runtime.has(value);
  }

  /** The same, for a value whose script is known. */
  findIn(script: Script, value: object): readonly Step[] | undefined {
    this.#walk(script);
    return this.#paths.get(value);
  }

  /** Looks in the module that has made a function or a prototype. Once for each. */
  #lookAtHome(value: object): void {
    const made: unknown =
      typeof value === 'function' ? value : Reflect.getOwnPropertyDescriptor(value, 'constructor')?.value;
    const location = typeof made === 'function' ? locationOf(made as AnyFunction) : undefined;
    const script = location === undefined ? undefined : scriptById(location.scriptId);
    if (script !== undefined && script.url !== this.#paths.get(value)?.[0]) this.#walk(script);
    this.#attached.delete(value);
  }

  /** The exports of a module of ours by its URL, where it is loaded and goes by reference. */
  namespaceOf(url: string): object | undefined {
    for (const script of allScripts()) {
      if (script.url === url && this.#policy.isByReference(script.url)) return exportsOf(script);
    }
    return undefined;
  }

  /** The URL of the module whose namespace a value is. */
  findNamespace(namespace: object): string | undefined {
    const known = this.#namespaces.get(namespace);
    if (known !== undefined) return known;
    refreshScripts();
    for (const script of allScripts()) {
      const exports = this.#policy.isByReference(script.url) ? exportsOf(script) : undefined;
      // Cheaper than making sure, which compiles a module for each.
      if (exports === undefined || !mayBeNamespaceOf(namespace, exports, script.isModule)) continue;
      if (isNamespaceOf(namespace, script.url)) {
        this.#namespaces.set(namespace, script.url);
        return script.url;
      }
    }
    return undefined;
  }

  /** How other processes find a unique symbol; `undefined` where it is another one there. */
  findSymbol(symbol: symbol): readonly Step[] | undefined {
    const known = this.#symbols.get(symbol);
    if (known !== undefined || this.#localSymbols.has(symbol)) return known;
    refreshScripts();
    let isPending = false;
    for (const script of allScripts()) {
      if (this.#symbols.knows(script.id) || !this.#policy.isByReference(script.url)) continue;
      const exports = exportsOf(script);
      if (exports === undefined) isPending ||= script.isModule && script.isMainContext;
      else this.#symbols.add(script.id, script.url, exports);
    }
    const found = this.#symbols.get(symbol);
    // A module that is being evaluated may export it yet.
    if (found !== undefined || isPending) return found;
    if (this.#localSymbols.size === MOST_LOCAL_SYMBOLS) this.#localSymbols.clear();
    this.#localSymbols.add(symbol);
    return undefined;
  }

  /** Loads a module and follows a path in it. @throws whatever loading it throws. */
  resolve([url, ...steps]: readonly Step[]): unknown {
    let value: unknown = load(url as string);
    for (const step of steps) {
      const variable = followVariable(value, step);
      value = variable === undefined ? follow(value, step) : variable.value;
    }
    return value;
  }

  #walk(script: Script): void {
    if (this.#walked.has(script.id) || !this.#policy.isByReference(script.url)) return;
    const exports = exportsOf(script, true);
    if (exports === undefined) return;
    this.#walked.add(script.id);
    const add = (value: object, path: readonly Step[], isAttached: boolean): void => {
      if (this.#paths.has(value) && (isAttached || !this.#attached.has(value))) return;
      if (isAttached) this.#attached.add(value);
      else this.#attached.delete(value);
      this.#paths.set(value, path);
      if (path.length > DEPTH) return;
      // Of exports only functions and classes go by name, as in Python: data is data wherever it came from.
      eachStep(value, (step, part) => {
        const isPart = typeof part === 'function' || (step === 'prototype' && typeof value === 'function');
        if (!isPart || step === '[[Prototype]]' || step === 'constructor') return;
        add(part, [...path, step], isAttached || (typeof value === 'function' && step !== 'prototype'));
      });
    };
    add(exports, [script.url], false);
    if (Inspector.isAvailable && /\/node_modules\//.test(script.url)) this.#addHidden(script, exports);
  }

  /** The classes that a package keeps to itself. */
  #addHidden(script: Script, exports: object): void {
    const exported: (readonly [AnyFunction, readonly Step[]])[] = [];
    const take = (value: unknown, path: readonly Step[]): void => {
      // What it passes on from other files sees those.
      const isOwn = typeof value === 'function' && this.#paths.get(value)?.[0] === script.url;
      if (isOwn && !isNativeCode(value as AnyFunction)) exported.push([value as AnyFunction, path]);
    };
    take(exports, [script.url]);
    eachStep(exports, (step, part) => {
      if (step !== '[[Prototype]]') take(part, [script.url, step]);
    });
    for (const [fn, path] of classesSeenBy(script.id, exported)) if (!this.#paths.has(fn)) this.#paths.set(fn, path);
  }
}

/**
 * Whether a namespace has the names that `require` of its module gives, which may add `__esModule`; that of a CommonJS
 * module has its exports as `default`.
 */
function mayBeNamespaceOf(namespace: object, exports: object, isModule: boolean): boolean {
  const names = Object.keys(namespace);
  if (!isModule) return names.includes('default') && defaultOf(namespace) === exports;
  // Then `require` gives what is exported by that name.
  if (names.includes('module.exports')) return true;
  const others = Object.keys(exports).filter((name) => name !== '__esModule' || names.includes(name));
  return others.length === names.length && others.every((name) => names.includes(name));
}

function defaultOf(namespace: object): unknown {
  try {
    return (namespace as { readonly default: unknown }).default;
  } catch {
    // It is in its temporal dead zone.
    return undefined;
  }
}

function isNamespaceOf(namespace: object, url: string): boolean {
  try {
    return loadNamespace(url) === namespace;
  } catch {
    // It is being evaluated just now, or waits with a top-level await.
    return false;
  }
}

/**
 * The exports of a loaded script; `undefined` while it is not loaded to its end. Never loads anything.
 *
 * @param isSearched - Whether an object is looked for among them that only this script can have: those of a copy of the file
 *   in another realm will do, because it is not among these.
 */
function exportsOf(script: Script, isSearched = false): object | undefined {
  if (!script.url.startsWith('file:') || /[?#]/.test(script.url)) return undefined;
  if (!isSearched && !script.isMainContext) return undefined;
  const require = requireFunction();
  const path = pathOf(script.url);
  if (require === undefined || path === undefined) return undefined;
  const cached = require.cache[path];
  if (cached !== undefined) return cached.loaded && isObject(cached.exports) ? cached.exports : undefined;
  if (!script.isMainContext || !script.isModule) return undefined;
  try {
    // The loader of ES modules answers from its cache: V8 has compiled the module, so it was imported.
    if (!isRequireReplaced()) return require(path) as object;
    const exports = loadNamespace(script.url);
    noteModule(script.url, exports);
    return exports;
  } catch {
    // It is being evaluated just now, or waits with a top-level await.
    return undefined;
  }
}

function load(url: string): unknown {
  const require = requireFunction();
  const path = pathOf(url);
  if (require === undefined || path === undefined) throw new TypeError(`Cannot load ${url} here`);
  const known = foundModule(url) ?? require.cache[path]?.exports;
  if (known !== undefined) return known;
  if (isRequireReplaced()) throw notPrepared(url);
  try {
    return require(path);
  } catch (error) {
    throw (error as { code?: unknown }).code === 'ERR_REQUIRE_ASYNC_MODULE' ? notPrepared(url) : error;
  }
}

/** Imports a module, to be found by {@link LoadedModules.resolve} from then on. */
export async function importModule(url: string): Promise<void> {
  const namespace = (await import(url)) as object;
  noteNamespace(url, namespace);
  const path = pathOf(url);
  // A CommonJS module's exports are an object of its own, which the namespace only describes.
  const commonJs = path === undefined ? undefined : requireFunction()?.cache[path];
  noteModule(url, commonJs === undefined ? namespace : commonJs.exports);
}

function notPrepared(url: string): SerializeError {
  return new SerializeError(
    SERIALIZE_ERROR_CODES.prepare,
    `The module ${url} can only be loaded asynchronously here: use deserializeAsync, or import it before.`,
  );
}

let cachedRequire: NodeJS.Require | undefined;

function requireFunction(): NodeJS.Require | undefined {
  // From within node_modules, `require` of an ES module gives no warning on Node 20 and 22.
  cachedRequire ??= builtin<ModuleBuiltin>('node:module')?.createRequire('/node_modules/@mp/serialize/index.js');
  return cachedRequire;
}

function pathOf(url: string): string | undefined {
  try {
    return builtin<{ fileURLToPath(url: string): string }>('node:url')?.fileURLToPath(url);
  } catch {
    return undefined;
  }
}

function builtin<T>(id: string): T | undefined {
  if (typeof process !== 'object' || typeof process.getBuiltinModule !== 'function') return undefined;
  return process.getBuiltinModule(id) as T | undefined;
}
