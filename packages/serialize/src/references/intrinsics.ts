import { types } from '../model/platform.js';
import { LATE_GLOBALS, STANDARD_GLOBALS } from './globals.js';
import { eachStep, follow, isObject, type Step } from './path.js';

/** Objects of a realm that no global name leads to through data properties. */
const UNNAMED: Readonly<Record<string, () => unknown>> = {
  '%GeneratorFunction.prototype%': () => Object.getPrototypeOf(function* () {}),
  '%AsyncFunction.prototype%': () => Object.getPrototypeOf(async () => {}),
  '%AsyncGeneratorFunction.prototype%': () => Object.getPrototypeOf(async function* () {}),
  '%ArrayIteratorPrototype%': () => Object.getPrototypeOf([].values()),
  '%MapIteratorPrototype%': () => Object.getPrototypeOf(new Map().values()),
  '%SetIteratorPrototype%': () => Object.getPrototypeOf(new Set().values()),
  '%StringIteratorPrototype%': () => Object.getPrototypeOf(''[Symbol.iterator]()),
  '%RegExpStringIteratorPrototype%': () => Object.getPrototypeOf(''.matchAll(/./g)),
  '%AsyncFromSyncIterator%': () => undefined,
  // Of the own accessor `stack` of errors, from V8 12 on.
  '%GetStackOfError%': () => Object.getOwnPropertyDescriptor(new Error(), 'stack')?.get,
  '%SetStackOfError%': () => Object.getOwnPropertyDescriptor(new Error(), 'stack')?.set,
  '%ThrowTypeError%': () =>
    Object.getOwnPropertyDescriptor(
      (function () {
        // biome-ignore lint/complexity/noArguments: its `callee` is the only way to %ThrowTypeError%
        return arguments;
      })(),
      'callee',
    )?.get,
};

/** Likewise, and slow to make: the first segmenter of a process loads the dictionaries of its languages, 20 ms and more. */
const SEGMENTS = '%SegmentsPrototype%';
const UNNAMED_SLOW: Readonly<Record<string, () => unknown>> = {
  [SEGMENTS]: () => Object.getPrototypeOf(new Intl.Segmenter().segment('')),
};

/** Objects that belong to this process: they are found by name, and what they hold is not looked into. */
const OPAQUE: ReadonlySet<string> = new Set([
  'process',
  'globalThis',
  'global',
  'window',
  'self',
  'document',
  'location',
]);

/** The objects and functions that every realm has, by the path that leads to them. */
export class Intrinsics {
  /** Filled when something is looked for: a process that only resolves paths never needs it. */
  readonly #paths: Map<object, readonly Step[]> = new Map();
  readonly #global: object;
  #hasReadLazy = false;
  #hasReadSlow = false;
  /** Groups of globals whose module was not loaded when we last looked, and how many modules were. */
  #late: (typeof LATE_GLOBALS)[number][] = [];
  #modules = -1;

  /** @param global - The global object of the realm. Only data properties are read: no getter runs. */
  constructor(global: object) {
    this.#global = global;
  }

  #readAll(): void {
    const global = this.#global;
    this.#paths.set(global, ['globalThis']);
    this.#late = global === globalThis && modules() !== undefined ? [...LATE_GLOBALS] : [];
    const isLate = (name: string): boolean => this.#late.some(([, names]) => names.has(name));
    this.#walk([
      ...[...STANDARD_GLOBALS]
        .filter((name) => !isLate(name))
        .map((name) => [name, intrinsicOf(global, name)] as const),
      ...Object.entries(UNNAMED).map(([name, make]) => [name, make()] as const),
    ]);
    const process: unknown = readGlobal(global, 'process');
    if (isObject(process)) {
      if (!this.#paths.has(process)) this.#paths.set(process, ['process']);
      eachStep(process, (step, value) => this.#member('process', step, value));
    }
  }

  /**
   * The same, for a value that is known to come from the runtime's own code: globals that the runtime loads when
   * they are first read are read now.
   */
  findLazy(value: object): readonly Step[] | undefined {
    if (this.#paths.size === 0) this.#readAll();
    if (!this.#hasReadLazy) {
      this.#hasReadLazy = true;
      for (const name of STANDARD_GLOBALS) {
        const lazy: unknown = readGlobal(this.#global, name);
        if (!isObject(lazy) || this.#paths.has(lazy)) continue;
        this.#paths.set(lazy, [name]);
        eachStep(lazy, (step, part) => this.#member(name, step, part));
        const prototype: unknown = Reflect.getOwnPropertyDescriptor(lazy, 'prototype')?.value;
        if (!isObject(prototype)) continue;
        if (!this.#paths.has(prototype)) this.#paths.set(prototype, [name, 'prototype']);
        eachStep(prototype, (step, part) => this.#member(name, step, part, ['prototype']));
      }
    }
    return this.#paths.get(value);
  }

  /** The path that leads to a value in every realm. */
  find(value: object): readonly Step[] | undefined {
    if (this.#paths.size === 0) this.#readAll();
    const path = this.#paths.get(value) ?? (this.#readLate() ? this.#paths.get(value) : undefined);
    if (path !== undefined || this.#hasReadSlow || !mayBeOfSegments(value)) return path;
    this.#hasReadSlow = true;
    this.#walk(Object.entries(UNNAMED_SLOW).map(([name, make]) => [name, make()] as const));
    return this.#paths.get(value);
  }

  /** Where a path begins, as far as no getter has to run for it. */
  rootOf([name]: readonly Step[]): unknown {
    return name === undefined ? undefined : dataOf(this.#global, name);
  }

  /** Reads the globals whose modules were loaded meanwhile. @returns whether there were any. */
  #readLate(): boolean {
    if (this.#late.length === 0) return false;
    const list = modules() ?? [];
    if (list.length === this.#modules) return false;
    const ready = this.#late.filter(([module]) => list.includes(module));
    this.#late = this.#late.filter((group) => !ready.includes(group));
    for (const [, names] of ready) this.#walk([...names].map((name) => [name, dataOf(this.#global, name)]));
    this.#modules = list.length;
    return ready.length > 0;
  }

  #walk(roots: readonly (readonly [name: string, value: unknown])[]): void {
    const queue: object[] = [];
    const add = (value: unknown, path: readonly Step[]): void => {
      if (!isObject(value) || this.#paths.has(value)) return;
      this.#paths.set(value, path);
      if (path.length > 1 || !OPAQUE.has(path[0] as string)) queue.push(value);
    };
    for (const [name, value] of roots) add(value, [name]);
    // The queue grows while it is walked.
    for (const object of queue) {
      const path = this.#paths.get(object) as readonly Step[];
      eachStep(object, (step, value) => {
        if (!this.#paths.has(value)) add(value, [...path, step]);
      });
    }
  }

  /** The value at the end of a path; `undefined` where this realm has none. */
  resolve([name, ...steps]: readonly Step[]): unknown {
    if (name === undefined) return undefined;
    let value: unknown =
      name === 'globalThis'
        ? this.#global
        : Object.hasOwn(UNNAMED, name)
          ? UNNAMED[name]?.()
          : Object.hasOwn(UNNAMED_SLOW, name)
            ? UNNAMED_SLOW[name]?.()
            : STANDARD_GLOBALS.has(name)
              ? readGlobal(this.#global, name)
              : undefined;
    for (const step of steps) value = follow(value, step);
    return value;
  }

  #member(root: string, step: Step, value: object, between: readonly Step[] = []): void {
    if (this.#paths.has(value) || step === '[[Prototype]]') return;
    if (typeof value === 'function' || step === 'env') this.#paths.set(value, [root, ...between, step]);
  }
}

/** Whether the value has what marks `%SegmentsPrototype%`, or the name of one of its methods. Runs no code of the value's. */
function mayBeOfSegments(value: object): boolean {
  if (types?.isProxy(value) ?? false) return false;
  if (typeof value !== 'function') return Object.hasOwn(value, 'containing');
  const name: unknown = Reflect.getOwnPropertyDescriptor(value, 'name')?.value;
  return name === 'containing' || name === '[Symbol.iterator]';
}

function dataOf(global: object, name: string): unknown {
  return Reflect.getOwnPropertyDescriptor(global, name)?.value;
}

/**
 * A global of this realm; of another realm only what the engine put there. A script of `node:vm` declares its functions as
 * globals, and one of them may be called `Request`: they are enumerable, what is built in is not.
 */
function intrinsicOf(global: object, name: string): unknown {
  const descriptor = Reflect.getOwnPropertyDescriptor(global, name);
  return global !== globalThis && descriptor?.enumerable === true ? undefined : descriptor?.value;
}

/** The built-in modules that are loaded, where the host says it. */
function modules(): readonly string[] | undefined {
  return typeof process === 'object' ? (process as { moduleLoadList?: readonly string[] }).moduleLoadList : undefined;
}

/** Globals that are accessors are the runtime's own; these two complain, or touch a file, when they are read. */
const NOT_READ: ReadonlySet<string> = new Set(['localStorage', 'sessionStorage']);

function readGlobal(global: object, name: string): unknown {
  return NOT_READ.has(name) ? undefined : (Reflect.get(global, name) as unknown);
}
