import type { Kind } from '../model/kind.js';
import { types } from '../model/platform.js';

// The position in this list is the state's number on the wire.
const STATES = ['fulfilled', 'rejected'] as const;

export const promiseKind: Kind<Promise<unknown>> = {
  code: 53,
  name: 'Promise',
  prototype: Promise.prototype,
  test: types?.isPromise ?? ((value) => value instanceof Promise),
  structuralKeys: 0,
  write(promise, sink) {
    if (sink.introspection === undefined) {
      throw sink.refuse(
        promise,
        'it is a promise, and the host does not show whether it is settled',
        'Await it and send the result.',
      );
    }
    const found = sink.introspection.promise(promise);
    if (found.state === 'pending')
      throw sink.refuse(promise, 'it is a pending promise', 'Await it and send the result.');
    if (isThenable(found.result)) {
      throw sink.refuse(promise, 'it is fulfilled with an object that has a method `then`', 'Send that object itself.');
    }
    sink.uint(STATES.indexOf(found.state));
    sink.value(found.result);
  },
  read(source) {
    let settle: { resolve(value: unknown): void; reject(reason: unknown): void } | undefined;
    const promise = source.define(
      new Promise<unknown>((resolve, reject) => {
        settle = { resolve, reject };
      }),
    );
    const state = STATES[source.uint()];
    const result = source.value();
    if (state === undefined) throw source.damaged('a promise in an unknown state');
    source.finally(() => {
      if (state === 'fulfilled') settle!.resolve(result);
      else {
        settle!.reject(result);
        // Whoever sent it knew of the rejection: it must not end this process.
        promise.catch(() => {});
      }
    });
    return promise;
  },
};

/** Whether resolving with it would call it. Looks without running getters. */
function isThenable(value: unknown): boolean {
  let holder = value as object | null;
  if ((typeof holder !== 'object' && typeof holder !== 'function') || types?.isProxy(holder) === true) return false;
  for (; holder !== null; holder = Object.getPrototypeOf(holder) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, 'then');
    if (descriptor !== undefined) return typeof descriptor.value === 'function' || descriptor.get !== undefined;
  }
  return false;
}

export const generatorKind: Kind = {
  code: 70,
  name: 'Generator',
  prototype: undefined,
  test: (value) => types?.isGeneratorObject(value) ?? /Generator\]$/.test(Object.prototype.toString.call(value)),
  structuralKeys: 0,
  write(generator, sink) {
    const where = sink.introspection?.generatorLocation(generator);
    throw sink.refuse(
      generator,
      `it is a generator that has begun or may begin${where === undefined ? '' : ` (${where})`}, and its place in the code cannot travel`,
      'Send the values that it yields, or the function that makes it.',
    );
  },
  read: (source) => {
    throw source.damaged('a generator');
  },
};

const ITERATOR_KINDS = ['map.entries', 'map.keys', 'map.values', 'set.entries', 'set.keys', 'set.values'] as const;

export const iteratorKind: Kind = {
  code: 54,
  name: 'Iterator',
  prototype: undefined,
  test: (value) => types !== undefined && (types.isMapIterator(value) || types.isSetIterator(value)),
  structuralKeys: 0,
  write(iterator, sink) {
    const found = sink.introspection?.iterator(iterator);
    const kind = ITERATOR_KINDS.indexOf(found?.kind as never);
    if (found === undefined || kind < 0) {
      throw sink.refuse(iterator, 'it is an iterator whose place is not known', 'Send an array of what remains.');
    }
    sink.uint(kind);
    sink.uint(found.remaining.length);
    for (const item of found.remaining) sink.value(item);
  },
  read(source) {
    const kind = ITERATOR_KINDS[source.uint()];
    if (kind === undefined) throw source.damaged('an iterator of an unknown kind');
    // Filled below: an iterator follows its collection until it has come to the end.
    const map = new Map<unknown, unknown>();
    const set = new Set<unknown>();
    const iterator = source.define(makeIterator(kind, map, set));
    const count = source.count(1);
    for (let i = 0; i < count; i++) {
      const item = source.value();
      if (kind === 'map.values') map.set(i, item);
      else if (kind === 'map.keys') map.set(item, undefined);
      else if (kind === 'map.entries') map.set((item as [unknown])[0], (item as [unknown, unknown])[1]);
      else set.add(kind === 'set.entries' ? (item as [unknown])[0] : item);
    }
    return iterator;
  },
};

function makeIterator(kind: (typeof ITERATOR_KINDS)[number], map: Map<unknown, unknown>, set: Set<unknown>): object {
  switch (kind) {
    case 'map.entries':
      return map.entries();
    case 'map.keys':
      return map.keys();
    case 'map.values':
      return map.values();
    case 'set.entries':
      return set.entries();
    default:
      return set.values();
  }
}
