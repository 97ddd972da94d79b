import { ANYTHING } from '../model/anything.js';
import type { AnyFunction, Meta } from '../model/ports.js';
import type { KnownCode } from './code-cache.js';
import type { FactoryEnvironment } from './compile.js';

/** What a class leaves behind for us, from inside of its body: the only place that sees its private names. */
export interface ClassHook {
  /** Sets the private fields of an instance; undefined entries are left alone. */
  readonly setFields: (instance: object, values: readonly unknown[]) => void;
  /** Sets the private static fields. */
  readonly setStatics: (values: readonly unknown[]) => void;
  readonly environment: FactoryEnvironment;
}

/** The private members of an instance: for each class that declares any, from the base down, its index and fields. */
export interface PrivatesMeta {
  readonly classes: readonly {
    readonly fn: number;
    /** How many of the class's fields have values in the slots: all of them. */
    readonly fields: number;
  }[];
}

/** A class while it is being revived. */
export interface RevivedClass {
  readonly fn: AnyFunction | undefined;
  readonly known: KnownCode | undefined;
  readonly hook: ClassHook | undefined;
}

/** Takes the hook out of a class that was just evaluated. */
export function hookOf(fn: AnyFunction, environment: FactoryEnvironment): ClassHook {
  const hook = Reflect.get(fn, environment.hook) as readonly [ClassHook['setFields'], ClassHook['setStatics']];
  Reflect.deleteProperty(fn, environment.hook);
  return { setFields: hook[0], setStatics: hook[1], environment };
}

/** See {@link Revival.allocateInstance}. */
export function allocateInstance(meta: Meta, make: () => object, classAt: (index: number) => RevivedClass): object {
  let instance: object | undefined;
  let keep: ReadonlySet<PropertyKey> = new Set();
  const start = (): object => {
    const made = make();
    keep = new Set(Reflect.ownKeys(made));
    return made;
  };
  for (const { fn: index } of (meta as unknown as PrivatesMeta).classes) {
    const { fn, known, hook } = classAt(index);
    const K = fn as AnyFunction;
    const { guard } = (hook as ClassHook).environment;
    const record = known?.record.class;
    // Arguments that are there keep the defaults of parameters from running.
    const nothing = Array.from({ length: record?.parameters ?? 0 }, () => ANYTHING);
    guard.on = true;
    if (record?.derived !== true) {
      try {
        instance = Reflect.construct(K, nothing) as object;
      } finally {
        guard.on = false;
      }
      continue;
    }
    // A derived class installs its members on whatever its parent returns.
    const base = (instance ??= start());
    const parent = Reflect.getPrototypeOf(K);
    Object.setPrototypeOf(K, function parentOfInstance() {
      return base;
    });
    try {
      Reflect.construct(K, nothing);
    } finally {
      guard.on = false;
      Object.setPrototypeOf(K, parent);
    }
  }
  const result = instance ?? start();
  // The initialisers of public fields defined them without a value.
  for (const key of Reflect.ownKeys(result)) if (!keep.has(key)) Reflect.deleteProperty(result, key);
  return result;
}

/** See {@link Revival.fillPrivateMembers}. */
export function fillPrivateMembers(
  instance: object,
  meta: Meta,
  slots: readonly unknown[],
  classAt: (index: number) => RevivedClass,
): void {
  let at = 0;
  for (const { fn, fields } of (meta as unknown as PrivatesMeta).classes) {
    classAt(fn).hook?.setFields(instance, slots.slice(at, at + fields));
    at += fields;
  }
}
