import type { Kind, ValueSink, ValueSource } from '../model/kind.js';
import { isNativeCode } from '../model/native-code.js';
import { types } from '../model/platform.js';

const { getPrototypeOf, getOwnPropertyDescriptor } = Object;

/** A class of the host's whose members can be made anew elsewhere. */
export interface HostClass<T extends object> {
  /** The number of the kind on the wire. */
  readonly code: number;
  /** What the constructor on the prototype chain is called. */
  readonly name: string;
  /** The prototype of the class; asked for when an object names the class, as it may have to be loaded. */
  prototype(): object | undefined;
  /** Whether an object that inherits from the class has the state of a member. May throw instead. */
  accepts?(value: T): boolean;
  /** Own keys that are state of the class, besides its symbols. */
  readonly state?: readonly string[];
  write(value: T, sink: ValueSink): void;
  read(source: ValueSource): T;
}

/** The kind of the members of a class of the host's. */
export function hostKind<T extends object>({
  code,
  name,
  prototype,
  accepts,
  state = [],
  write,
  read,
}: HostClass<T>): Kind<T> {
  return {
    code,
    name,
    prototype: undefined,
    test(value) {
      if (!namesClass(value, name)) return false;
      const known = prototype();
      if (known === undefined || known === value || !Object.prototype.isPrototypeOf.call(known, value)) return false;
      try {
        return accepts?.(value as T) ?? true;
      } catch {
        return false;
      }
    },
    structuralKeys: -1,
    // What the host keeps under its symbols is its state.
    ownKeys: (value) => Object.getOwnPropertyNames(value).filter((key) => !state.includes(key)),
    ownPrototype: () => prototype() ?? null,
    write,
    read,
  };
}

/** Whether one of the prototypes of an object is such a one. What a proxy inherits from would be its handler's to say. */
export function hasPrototype(value: object, test: (prototype: object) => boolean): boolean {
  for (let holder = getPrototypeOf(value) as object | null; holder !== null; ) {
    if (types?.isProxy(holder) === true) return false;
    if (test(holder)) return true;
    holder = getPrototypeOf(holder) as object | null;
  }
  return false;
}

/** Whether the constructor of one of the prototypes has this name: it takes less than to load what a brand is asked of. */
export function namesClass(value: object, name: string): boolean {
  return hasPrototype(value, (prototype) => nameOfClass(prototype) === name);
}

/** What the class of a prototype is called. */
export function nameOfClass(prototype: object): string | undefined {
  const owner: unknown = getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof owner !== 'function' || types?.isProxy(owner) === true) return undefined;
  const name: unknown = getOwnPropertyDescriptor(owner, 'name')?.value;
  return typeof name === 'string' ? name : undefined;
}

/** Whether a class is the engine's or the host's, and not one of the program. */
export function isBuiltInClass(owner: object, name: string): boolean {
  if (isNativeCode(owner)) return true;
  // What a program adds to the global object is enumerable; what the host put there is not.
  const global = getOwnPropertyDescriptor(globalThis, name);
  if (global === undefined || global.enumerable === true) return false;
  return (globalThis as Record<string, unknown>)[name] === owner;
}
