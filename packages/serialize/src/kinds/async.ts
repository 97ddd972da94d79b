import type { Kind } from '../model/kind.js';
import { types } from '../model/platform.js';

// The position in this list is the state's number on the wire.
const STATES = ['fulfilled', 'rejected'] as const;

/** What `node:async_hooks` notes on promises while somebody uses it: up to Node 22, all that an AsyncLocalStorage holds. */
const HOOK_SYMBOLS: ReadonlySet<string | undefined> = new Set([
  'async_id_symbol',
  'trigger_async_id_symbol',
  'kResourceStore',
  'destroyed',
]);

function isOfHooks(symbol: symbol): boolean {
  return HOOK_SYMBOLS.has(symbol.description) && Symbol.keyFor(symbol) === undefined;
}

export const promiseKind: Kind<Promise<unknown>> = {
  code: 53,
  name: 'Promise',
  prototype: Promise.prototype,
  test: types?.isPromise ?? ((value) => value instanceof Promise),
  structuralKeys: 0,
  ownKeys: (promise) => Reflect.ownKeys(promise).filter((key) => typeof key === 'string' || !isOfHooks(key)),
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
