import type { AnyFunction } from '../model/ports.js';

/** The one name that instrumented code uses. A file that has it already is not instrumented. */
export const REGISTRY_NAME = '__mp';

/** Reads variables, in the order of the file's table. Each may throw: the variable is in its temporal dead zone. */
export type Getters = readonly (() => unknown)[];

/** Reads and writes the hidden variable of a scope, by which two functions prove that they see the same instance. */
export type Marks = readonly (readonly [get: () => unknown, set: (mark: unknown) => unknown])[];

/** Reads the private fields that a class gives to an object: of its instances, or of itself where they are static. */
export type PrivateReader = (object: object) => readonly unknown[];

/** What a function says about itself when it is asked. */
export interface Testimony {
  readonly file: string;
  readonly id: number;
  readonly locals: Getters;
  readonly marks: Marks;
  /** `this` and `new.target` of an arrow, where it uses them. */
  readonly self: Getters;
  /** Of a class: readers of its private fields, of the static ones, and of whether an object has its private methods. */
  readonly privates?: readonly PrivateReader[];
}

/** A file as it was loaded. */
export interface LoadedSource {
  /** Names the file in the code. */
  readonly id: string;
  readonly url: string;
  /** The text before it was instrumented. */
  readonly source: string;
  readonly isModule: boolean;
}

/**
 * What instrumented code talks to. There is one in a thread, on the global object, however many copies of this package
 * are loaded.
 */
export interface Registry {
  /** While it is set, the next instrumented function that is entered tells what it sees, and returns. */
  on: boolean;
  /** What the function told that was entered last. */
  told: Testimony | undefined;
  /** Called by functions. */
  f(file: string, id: number, locals?: Getters, marks?: Marks, self?: Getters): void;
  /** The same for functions that must not go on. */
  t(file: string, id: number, locals?: Getters, marks?: Marks, self?: Getters): never;
  /** Called by classes when they are defined: they cannot be entered. */
  c(file: string, id: number, made: AnyFunction, locals?: Getters, marks?: Marks, privates?: PrivateReader[]): void;
  /** Called by files when they begin. */
  m(file: string, names: Getters): void;
  readonly classes: WeakMap<AnyFunction, Testimony>;
  readonly roots: Map<string, Getters>;
  readonly files: Map<string, LoadedSource>;
  /** The engine's own `Function.prototype.toString`. */
  readonly nativeText: (this: AnyFunction) => string;
  /** Takes in files that another thread instrumented. */
  receive: () => void;
}

const NOTHING: Getters = [];
const NO_MARKS: Marks = [];

/** The registry of this thread; `undefined` where nothing was instrumented. */
export function registry(): Registry | undefined {
  return (globalThis as { [REGISTRY_NAME]?: Registry })[REGISTRY_NAME];
}

/** Makes the registry of this thread. */
export function createRegistry(): Registry {
  const made: Registry = {
    on: false,
    told: undefined,
    f(file, id, locals = NOTHING, marks = NO_MARKS, self = NOTHING) {
      made.on = false;
      made.told = { file, id, locals, marks, self };
    },
    t(file, id, locals, marks, self) {
      made.f(file, id, locals, marks, self);
      throw made.told;
    },
    c(file, id, fn, locals = NOTHING, marks = NO_MARKS, privates = []) {
      made.classes.set(fn, { file, id, locals, marks, self: NOTHING, privates });
    },
    m(file, names) {
      made.roots.set(file, names);
    },
    classes: new WeakMap(),
    roots: new Map(),
    files: new Map(),
    nativeText: Function.prototype.toString,
    receive() {},
  };
  // A field that changed once is not taken for a constant by the optimizing compiler: else the first reading
  // would throw away all optimized code.
  made.on = true;
  made.on = false;
  Object.defineProperty(globalThis, REGISTRY_NAME, { value: made });
  return made;
}
