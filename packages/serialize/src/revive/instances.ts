import { SERIALIZE_ERROR_CODES, SerializeError } from '@mp/codec';
import { constructBare } from '../inspector/entry.js';
import { assignPrivates } from '../inspector/private-names.js';
import { setWeakState, weakVariablesAround } from '../inspector/weak-state.js';
import { ANYTHING } from '../model/anything.js';
import type { PrivatesMeta } from '../model/code.js';
import type { AnyFunction, Meta } from '../model/ports.js';
import type { KnownCode } from './code-cache.js';
import type { FactoryEnvironment } from './compile.js';

/** What a class leaves behind for us, from inside of its body: the only place that sees its private names. */
export interface ClassHook {
  /** Sets the private fields of an instance; undefined entries are left alone. */
  readonly setFields: (instance: object, values: readonly unknown[]) => void;
  /** Sets the private static fields. */
  readonly setStatics: (values: readonly unknown[]) => void;
  /** Reads the private methods, in the order of the class's record, from an object that has those of instances. */
  readonly privateMethods: ((instance: object) => readonly AnyFunction[]) | undefined;
  readonly environment: FactoryEnvironment;
}

/** A class while it is being revived. */
export interface RevivedClass {
  readonly fn: AnyFunction | undefined;
  readonly known: KnownCode | undefined;
  readonly hook: ClassHook | undefined;
}

/** Takes the hook out of a class that was just evaluated. */
export function hookOf(fn: AnyFunction, environment: FactoryEnvironment): ClassHook {
  const hook = Reflect.get(fn, environment.hook) as readonly [
    ClassHook['setFields'],
    ClassHook['setStatics'],
    ClassHook['privateMethods'],
  ];
  Reflect.deleteProperty(fn, environment.hook);
  return { setFields: hook[0], setStatics: hook[1], privateMethods: hook[2], environment };
}

/**
 * A private method of a class. An instance shows it, so one is made that nobody else sees, without running code of the user's.
 *
 * @param name - `#name`.
 */
export function privateMethodOf({ fn, known, hook }: RevivedClass, name: string): AnyFunction | undefined {
  const record = known?.record.class;
  if (fn === undefined || record === undefined || hook?.privateMethods === undefined) return undefined;
  let instance: object = {};
  if (record.derived) install(instance, fn, known, hook);
  else if (record.hasPrivates) instance = guarded(hook, () => Reflect.construct(fn, argumentsFor(known)) as object);
  const names = record.members.map(([, , key]) => key).filter((key) => key.startsWith('#'));
  return hook.privateMethods(instance)[names.indexOf(name)];
}

/** See {@link Revival.allocateInstance}. */
export function allocateInstance(
  meta: Meta,
  classAt: (index: number) => RevivedClass,
  resolve: (reference: Meta) => unknown,
): object | undefined {
  const base = (meta as unknown as PrivatesMeta).classes[0];
  if (base?.base !== 1) return undefined;
  const { fn, known, hook } = base.reference === undefined ? classAt(base.fn) : NOT_OURS;
  if (hook === undefined) {
    const bare = constructBare(
      base.reference === undefined ? (fn as AnyFunction) : (resolve(base.reference) as AnyFunction),
    );
    if (bare === undefined) {
      throw foreign();
    }
    tidy(bare, new Set());
    return bare;
  }
  const made = guarded(hook, () => Reflect.construct(fn as AnyFunction, argumentsFor(known)) as object);
  tidy(made, new Set());
  return made;
}

/** See {@link Revival.fillPrivateMembers}. */
export function fillPrivateMembers(
  instance: object,
  meta: Meta,
  slots: readonly unknown[],
  classAt: (index: number) => RevivedClass,
  resolve: (reference: Meta) => unknown,
): void {
  let at = 0;
  for (const { fn, fields, base, names, weak, reference } of (meta as unknown as PrivatesMeta).classes) {
    if (weak !== undefined) {
      fillWeakState(instance, resolve(reference as Meta) as AnyFunction, weak, slots.slice(at, at + fields));
      at += fields;
      continue;
    }
    const { fn: K, known, hook } = names === undefined ? classAt(fn) : NOT_OURS;
    if (hook === undefined) {
      if (base !== 1) throw foreign();
      assignPrivates(instance, names ?? known?.record.class?.fields ?? [], slots.slice(at, at + fields));
      at += fields;
      continue;
    }
    if (base !== 1) install(instance, K as AnyFunction, known, hook);
    hook?.setFields(instance, slots.slice(at, at + fields));
    at += fields;
  }
}

/** Tells the module of a class what it knows of the instance: its weak collections are found by their names. */
function fillWeakState(instance: object, K: AnyFunction, names: readonly string[], values: readonly unknown[]): void {
  const variables = new Map(weakVariablesAround(K).map((variable) => [variable.name, variable]));
  names.forEach((name, i) => {
    const variable = variables.get(name);
    if (variable === undefined) {
      throw new SerializeError(
        'MP_REFERENCE',
        `The module of the class ${String(Reflect.getOwnPropertyDescriptor(K, 'name')?.value)} keeps state of an instance in ${name}, and has no such variable here.\n` +
          'Both sides must have the same modules, and the inspector must be available.',
      );
    }
    setWeakState(instance, variable, values[i]);
  });
}

/** A class whose text is not ours: it is imported here, or it was born here. */
const NOT_OURS: RevivedClass = { fn: undefined, known: undefined, hook: undefined };

function foreign(): SerializeError {
  return new SerializeError(
    SERIALIZE_ERROR_CODES.unsupported,
    'An instance with private fields cannot be made here: its class is at home in this process, and only its constructor can make one.\n' +
      'Let the class say how it travels: [GET_STATE] and [SET_STATE].',
  );
}

/** A derived class installs its members on whatever its parent returns. */
function install(instance: object, K: AnyFunction, known: KnownCode | undefined, hook: ClassHook | undefined): void {
  const before = new Map(
    Reflect.ownKeys(instance).map((key) => [key, Reflect.getOwnPropertyDescriptor(instance, key)]),
  );
  const parent = Reflect.getPrototypeOf(K);
  Object.setPrototypeOf(K, function parentOfInstance() {
    return instance;
  });
  try {
    guarded(hook, () => Reflect.construct(K, argumentsFor(known)) as object);
  } finally {
    Object.setPrototypeOf(K, parent);
  }
  // The initialisers of public fields defined them without a value.
  for (const [key, descriptor] of before) Object.defineProperty(instance, key, descriptor as PropertyDescriptor);
  tidy(instance, before);
}

function guarded<T>(hook: ClassHook | undefined, body: () => T): T {
  const guard = hook?.environment.guard;
  if (guard !== undefined) guard.on = true;
  try {
    return body();
  } finally {
    if (guard !== undefined) guard.on = false;
  }
}

/** Arguments that are there keep the defaults of parameters from running. */
function argumentsFor(known: KnownCode | undefined): readonly unknown[] {
  return Array.from({ length: known?.record.class?.parameters ?? 0 }, () => ANYTHING);
}

function tidy(instance: object, keep: { has(key: PropertyKey): boolean }): void {
  for (const key of Reflect.ownKeys(instance)) if (!keep.has(key)) Reflect.deleteProperty(instance, key);
}
