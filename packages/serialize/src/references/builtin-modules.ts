import { eachStep, follow, isObject, type Step } from './path.js';

/** How deep members of built-in modules are looked for: `util.types.isDate` is 2, `stream.Readable.prototype.read` 3. */
const DEPTH = 4;

/** Public modules that load quietly. */
const ALL_MODULES: readonly string[] = (
  'assert assert/strict async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns ' +
  'dns/promises events fs fs/promises http http2 https module net os path path/posix path/win32 perf_hooks process ' +
  'querystring readline readline/promises stream stream/consumers stream/promises stream/web string_decoder timers ' +
  'timers/promises tls tty url util util/types v8 vm worker_threads zlib'
).split(' ');

interface Loader {
  getBuiltinModule?(id: string): unknown;
  readonly moduleLoadList?: readonly string[];
}

/** `node:` modules and what they hold, by module and path. */
export class BuiltinModules {
  readonly #paths: Map<object, readonly Step[]> = new Map();
  readonly #walked: Set<string> = new Set();
  /** How many modules were loaded when we last looked. */
  #seen = -1;

  /** How a value of a built-in module is found again. */
  find(value: object): readonly Step[] | undefined {
    const known = this.#paths.get(value);
    if (known !== undefined) return known;
    return this.#walkNew() ? this.#paths.get(value) : undefined;
  }

  /** The module whose name a path begins with. */
  rootOf([id]: readonly Step[]): unknown {
    return id?.startsWith('node:') ? loader()?.getBuiltinModule?.(id) : undefined;
  }

  /** The value at the end of a path that begins with a module's name. */
  resolve(path: readonly Step[]): unknown {
    let value: unknown = this.rootOf(path);
    for (const step of path.slice(1)) value = follow(value, step) ?? readLazyClass(value, step);
    return value;
  }

  /** The same, for a value that is known to come from the runtime's own code: all of its modules are searched. */
  findAnywhere(value: object): readonly Step[] | undefined {
    for (const id of ALL_MODULES) {
      if (this.#walked.has(id)) continue;
      this.#walked.add(id);
      const module: unknown = loader()?.getBuiltinModule?.(`node:${id}`);
      if (isObject(module)) this.#walk(module, [`node:${id}`]);
    }
    // Some classes are loaded when they are first asked for.
    for (const id of ALL_MODULES) {
      const module: unknown = loader()?.getBuiltinModule?.(`node:${id}`);
      for (const name of isObject(module) ? Object.keys(module) : []) {
        const lazy = readLazyClass(module, name);
        if (lazy !== undefined) this.#walk(lazy, [`node:${id}`, name]);
      }
    }
    return this.#paths.get(value);
  }

  /** Learns of modules that were loaded meanwhile. Loading them here would be an effect of looking. */
  #walkNew(): boolean {
    const { length } = loader()?.moduleLoadList ?? [];
    if (length === this.#seen) return false;
    this.#seen = length;
    let isNew = false;
    for (const id of loadedModules()) {
      if (this.#walked.has(id)) continue;
      this.#walked.add(id);
      isNew = true;
      const module: unknown = loader()?.getBuiltinModule?.(`node:${id}`);
      if (isObject(module)) this.#walk(module, [`node:${id}`]);
    }
    return isNew;
  }

  #walk(object: object, path: readonly Step[]): void {
    if (this.#paths.has(object) || isModuleOfProgram(object)) return;
    this.#paths.set(object, path);
    if (path.length > DEPTH) return;
    eachStep(object, (step, value) => {
      if (step === '[[Prototype]]' || step.startsWith('_') || this.#paths.has(value)) return;
      this.#walk(value, [...path, step]);
    });
  }
}

/**
 * Whether an object is the `module` of a file: `node:module` leads to that of the main program
 * (`Module.prototype.require.main`), which is another one in each process.
 */
function isModuleOfProgram(object: object): boolean {
  if (modulePrototype === undefined) {
    const exported = loader()?.getBuiltinModule?.('node:module') as {
      readonly Module?: { readonly prototype: object };
    };
    modulePrototype = exported?.Module?.prototype ?? null;
  }
  return modulePrototype !== null && Reflect.getPrototypeOf(object) === modulePrototype;
}

let modulePrototype: object | null | undefined;

function loader(): Loader | undefined {
  return typeof process === 'object' ? (process as unknown as Loader) : undefined;
}

function loadedModules(): readonly string[] {
  const list = loader()?.moduleLoadList ?? [];
  const names: string[] = [];
  for (const entry of list) {
    const match = /^NativeModule ((?!internal\/|_)[\w/]+)$/.exec(entry);
    if (match !== null) names.push(match[1] as string);
  }
  return names;
}

/** A class behind an accessor of a built-in module; other accessors may warn when they are read. */
function readLazyClass(module: unknown, name: string): object | undefined {
  if (!isObject(module) || !/^[A-Z][a-z]/.test(name) || name === 'SlowBuffer') return undefined;
  const descriptor = Reflect.getOwnPropertyDescriptor(module, name);
  if (descriptor?.get === undefined) return undefined;
  const value: unknown = Reflect.get(module, name);
  return typeof value === 'function' ? value : undefined;
}
