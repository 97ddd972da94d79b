import { arrayIteratorState, restOfString } from '../heap/iterators.js';
import { revocableBy } from '../heap/revokers.js';
import { INTERNAL_NAMES } from '../model/code.js';
import { isNativeCode } from '../model/native-code.js';
import type { AnyFunction, IntrospectionPort } from '../model/ports.js';
import { objectsBelow } from './heap.js';
import { iteratedBy } from './iterated.js';
import { matchesOf } from './matches.js';
import { countPrivates } from './private-names.js';
import { Scripts } from './scripts.js';
import { Inspector, type RemoteObject } from './session.js';

/** Internal slots of an object by name, `[[BoundThis]]` and the like, and its private members. */
interface Internals {
  readonly slots: ReadonlyMap<string, RemoteObject>;
  readonly live: (...names: readonly string[]) => readonly unknown[];
}

/** Reads internal slots through the inspector. */
export const introspection: IntrospectionPort = {
  boundFunction(fn) {
    // `bind` makes a function that shows no source.
    if (!isNativeCode(fn)) return undefined;
    return reading(fn, ({ slots, live }) => {
      if (!slots.has('[[TargetFunction]]')) return undefined;
      const [target, boundThis, boundArgs] = live('[[TargetFunction]]', '[[BoundThis]]', '[[BoundArgs]]');
      return { target: target as AnyFunction, boundThis, boundArgs: Array.from(boundArgs as ArrayLike<unknown>) };
    });
  },
  proxy(proxy) {
    return reading(proxy, ({ live }) => {
      const [target, handler] = live('[[Target]]', '[[Handler]]');
      return { target: (target ?? null) as object | null, handler: (handler ?? null) as object | null };
    });
  },
  promise(promise) {
    return reading(promise, ({ slots, live }) => {
      const state = slots.get('[[PromiseState]]')?.value;
      if (state !== 'fulfilled' && state !== 'rejected') return { state: 'pending' };
      const [result] = live('[[PromiseResult]]');
      return { state, result };
    });
  },
  weakEntries(collection) {
    return reading(collection, ({ live }) => entriesOf(live('[[Entries]]')[0]));
  },
  iterator(iterator) {
    return reading(iterator, ({ slots, live }) => {
      const iterationKind = slots.get('[[IteratorKind]]')?.value;
      const tag = slots.get('[[Prototype]]')?.description;
      if (typeof iterationKind !== 'string' || (tag !== 'Map Iterator' && tag !== 'Set Iterator')) return undefined;
      const entries = entriesOf(live('[[Entries]]')[0]);
      const isMap = tag === 'Map Iterator';
      const remaining = entries.map(([key, value]) =>
        iterationKind === 'entries' ? [isMap ? key : value, value] : iterationKind === 'keys' ? key : value,
      );
      return { kind: `${isMap ? 'map' : 'set'}.${iterationKind}`, remaining };
    });
  },
  objectsBelow,
  matches: matchesOf,
  revocableBy,
  arrayIterator: arrayIteratorState,
  iterated: iteratedBy,
  restOfString,
  generator(generator) {
    return reading(generator, ({ slots }) => {
      if (slots.get('[[GeneratorState]]')?.value === 'closed') return { isClosed: true, place: undefined };
      const location = slots.get('[[GeneratorLocation]]')?.value as
        | { scriptId: string; lineNumber: number; columnNumber: number }
        | undefined;
      if (location === undefined) return { isClosed: false, place: undefined };
      const url = Scripts.get().get(location.scriptId)?.url ?? '';
      return { isClosed: false, place: `${url}:${location.lineNumber + 1}:${location.columnNumber + 1}` };
    });
  },
};

/** The private members of an object, live: fields by name in the order of their definition. */
export function privateMembersOf(object: object): readonly { readonly name: string; readonly value: unknown }[] {
  const inspector = Inspector.get();
  try {
    const fields = (inspector.properties(inspector.idOf(object)).privateProperties ?? []).filter(
      // Accessors are listed too, and are part of the class's text; methods are not listed.
      // A revived class has some that only define other fields.
      (property) => property.value !== undefined && !property.name.startsWith(`#${INTERNAL_NAMES.fieldKey}`),
    );
    const values = inspector.liveValues(fields.map((field) => field.value as RemoteObject));
    return fields.map((field, i) => ({ name: field.name.slice(1), value: values[i] }));
  } finally {
    inspector.release();
  }
}

/**
 * How many private methods or accessors of a name an object has. No accessor runs.
 *
 * @param most - How many classes declare one.
 * @returns `undefined` where it cannot be told.
 */
export function countPrivateMarks(object: object, name: string, most: number): number | undefined {
  const inspector = Inspector.get();
  try {
    const listed = (inspector.properties(inspector.idOf(object)).privateProperties ?? []).filter(
      (property) => property.name === `#${name}`,
    );
    const accessors = listed.filter((property) => property.value === undefined).length;
    // Methods are not listed. To ask for one would run an accessor that has the name alone.
    if (accessors > 0) return accessors === most ? most : undefined;
    const found = countPrivates(object, name, most + listed.length);
    if (found === 'none') return 0;
    if (found === 'one') return 1 - listed.length;
    return found === 'several' && most + listed.length === 2 ? most : undefined;
  } finally {
    inspector.release();
  }
}

function reading<T>(object: object, read: (internals: Internals) => T): T {
  const inspector = Inspector.get();
  try {
    const properties = inspector.properties(inspector.idOf(object)).internalProperties ?? [];
    const slots = new Map<string, RemoteObject>();
    for (const { name, value } of properties) if (value !== undefined) slots.set(name, value);
    const live = (...names: readonly string[]): readonly unknown[] =>
      inspector.liveValues(names.map((name) => slots.get(name) ?? { type: 'undefined' }));
    return read({ slots, live });
  } finally {
    inspector.release();
  }
}

function entriesOf(list: unknown): [WeakKey, unknown][] {
  const entries = Array.from((list ?? []) as ArrayLike<{ readonly key?: WeakKey; readonly value?: unknown }>);
  return entries.map((entry) => [
    (Object.hasOwn(entry, 'key') ? entry.key : entry.value) as WeakKey,
    Object.hasOwn(entry, 'value') ? entry.value : undefined,
  ]);
}
