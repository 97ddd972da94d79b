import { SerializeError } from '@mp/codec';
import { locationOf } from '../instrument/location.js';
import { scriptById } from '../instrument/scripts.js';
import { isNativeCode } from '../model/native-code.js';
import type { AnyFunction, Meta, Reference, ReferencePort } from '../model/ports.js';
import { BuiltinModules } from './builtin-modules.js';
import { commonJsModule, findCommonJs, requireOf } from './common-js.js';
import { isGenuine } from './genuine.js';
import { Intrinsics } from './intrinsics.js';
import { importModule, LoadedModules } from './modules.js';
import { findNamed, resolveNamed } from './named.js';
import { loadNamespace } from './namespaces.js';
import { isObject, type Step, wellKnown } from './path.js';
import { mainModule, type ReferenceOptions, ReferencePolicy } from './policy.js';
import { Realms } from './realms.js';

/** Kinds of reference, as they begin a meta. */
const KIND = {
  intrinsic: 'i',
  builtin: 'b',
  module: 'm',
  namespace: 'n',
  symbol: 's',
  require: 'q',
  commonJs: 'c',
  named: 'd',
} as const;

/**
 * How many functions are asked for their script before everything built in is listed, which takes 9 ms on Node 20 and 15 on 26:
 * many programs serialize functions of their own alone. For more, the list costs less than asking.
 */
let askedFirst = 8;
let sharedIntrinsics: Intrinsics | undefined;
const realms = new Realms();
let sharedBuiltins: BuiltinModules | undefined;

/** Finds values by name, and names for values. */
export class References implements ReferencePort {
  readonly #modules: LoadedModules;

  constructor(options: ReferenceOptions = {}) {
    this.#modules = new LoadedModules(new ReferencePolicy(options, mainModule()));
  }

  /** Whether a reference leads to the export of a module of the program. */
  static isOfModule(reference: Meta): boolean {
    return Array.isArray(reference) && reference[0] === KIND.module;
  }

  /** The modules of the program. */
  get modules(): LoadedModules {
    return this.#modules;
  }

  find(value: object | symbol): Reference | undefined {
    if (typeof value === 'symbol') {
      const name = wellKnown(value);
      if (name !== undefined) return { meta: [KIND.symbol, name.slice(2)] };
      const exported = this.#modules.findSymbol(value);
      return exported === undefined ? undefined : { meta: [KIND.module, ...exported] };
    }
    const isProgram = isOfProgram(value);
    const intrinsic = isProgram ? undefined : intrinsicAt(intrinsics().find(value), value);
    if (intrinsic !== undefined) return intrinsic;
    if (isProxy(value)) return undefined;
    const named = findNamed(value);
    if (named !== undefined) return { meta: [KIND.named, ...named] };
    const builtIn = isProgram ? undefined : findBuiltIn(value);
    if (builtIn !== undefined) return builtIn;
    if (typeof value === 'function' && isNativeCode(value as AnyFunction)) return undefined;
    const commonJs = findCommonJs(value);
    if (commonJs !== undefined) return { meta: [commonJs.isRequire ? KIND.require : KIND.commonJs, commonJs.url] };
    if (isNamespace(value)) {
      const url = this.#modules.findNamespace(value);
      return url === undefined ? undefined : { meta: [KIND.namespace, url] };
    }
    const path = this.#modules.find(value);
    if (path !== undefined) return { meta: [KIND.module, ...path] };
    if (typeof value === 'function' ? !this.#modules.isFromRuntime(value) : !isLazyGlobal(value)) return undefined;
    return intrinsicAt(intrinsics().findLazy(value), value) ?? builtinAt(builtins().findAnywhere(value), value);
  }

  isInert({ meta }: Reference): boolean {
    const [kind] = meta as readonly Meta[];
    return kind === KIND.intrinsic || kind === KIND.symbol;
  }

  prepare(reference: Reference): Promise<void> | undefined {
    const [kind, url] = reference.meta as readonly Step[];
    if (kind !== KIND.module && kind !== KIND.namespace) return undefined;
    try {
      if (kind === KIND.module) this.#modules.resolve([url as string]);
      else loadNamespace(url as string);
      return undefined;
    } catch {
      // A module with a top-level await, or a loader that stands in the way of `require`.
      return importModule(url as string);
    }
  }

  resolve(reference: Reference): object | symbol {
    const [kind, ...path] = reference.meta as readonly Step[];
    let value: unknown;
    try {
      if (kind === KIND.symbol) value = (Symbol as unknown as Record<string, unknown>)[path[0] as string];
      else if (kind === KIND.intrinsic) value = intrinsics().resolve(path);
      else if (kind === KIND.builtin) value = builtins().resolve(path);
      else if (kind === KIND.module) value = this.#modules.resolve(path);
      else if (kind === KIND.namespace) value = loadNamespace(path[0] as string);
      else if (kind === KIND.named) value = resolveNamed(path[0]);
      else if (kind === KIND.require) value = requireOf(path[0] as string);
      else if (kind === KIND.commonJs) value = commonJsModule(path[0] as string);
    } catch (error) {
      throw error instanceof SerializeError ? error : missing(path, error);
    }
    if (!isObject(value) && typeof value !== 'symbol') throw missing(path, undefined);
    return value;
  }
}

const types = typeof process === 'object' ? process.getBuiltinModule?.('node:util')?.types : undefined;

/** Whether an object may be one that the runtime makes when a global is first read: there is one of its class. */
function isLazyGlobal(value: object): boolean {
  const prototype = Reflect.getPrototypeOf(value);
  const owner: unknown = prototype && Reflect.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return (
    typeof owner === 'function' &&
    !isProxy(owner) &&
    Reflect.getOwnPropertyDescriptor(owner, 'name')?.value === 'Crypto'
  );
}

function isNamespace(value: object): boolean {
  return types?.isModuleNamespaceObject(value) ?? false;
}

function isProxy(value: object): boolean {
  return types?.isProxy(value) ?? false;
}

function pathOf(fn: AnyFunction): readonly Step[] | undefined {
  return intrinsics().find(fn) ?? builtins().find(fn);
}

/**
 * Whether a function is the program's own, as far as that is known without the list of everything built in: what a script of the
 * program holds is in no such place, or was put there by the program ({@link isGenuine}).
 */
function isOfProgram(value: object): boolean {
  if (typeof value !== 'function' || sharedIntrinsics !== undefined || askedFirst === 0) return false;
  const fn = value as AnyFunction;
  if (isProxy(fn) || isNativeCode(fn)) return false;
  askedFirst--;
  const location = locationOf(fn);
  const url = (location === undefined ? undefined : scriptById(location.scriptId)?.url) ?? '';
  return url !== '' && !url.startsWith('node:');
}

function findBuiltIn(value: object): Reference | undefined {
  const builtin = builtinAt(builtins().find(value), value);
  if (builtin !== undefined) return builtin;
  const foreign = realms.find(value);
  return foreign !== undefined && isGenuine(foreign, value, undefined, pathOf)
    ? { meta: [KIND.intrinsic, ...foreign] }
    : undefined;
}

function intrinsicAt(path: readonly Step[] | undefined, value: object): Reference | undefined {
  if (path === undefined || !isGenuine(path, value, intrinsics().rootOf(path), pathOf)) return undefined;
  return { meta: [KIND.intrinsic, ...path] };
}

function builtinAt(path: readonly Step[] | undefined, value: object): Reference | undefined {
  if (path === undefined || !isGenuine(path, value, builtins().rootOf(path), pathOf)) return undefined;
  return { meta: [KIND.builtin, ...path] };
}

function missing(path: readonly Step[], cause: unknown): SerializeError {
  return new SerializeError(
    'MP_REFERENCE',
    `The value is referred to as ${path.join(' › ')}, and cannot be found there in this process.\n` +
      'Both sides must have the same modules and a runtime that has this built-in.',
    { cause },
  );
}

function intrinsics(): Intrinsics {
  sharedIntrinsics ??= new Intrinsics(globalThis);
  return sharedIntrinsics;
}

function builtins(): BuiltinModules {
  sharedBuiltins ??= new BuiltinModules();
  return sharedBuiltins;
}
