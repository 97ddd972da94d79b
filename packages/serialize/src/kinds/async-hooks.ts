import type { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import type { Kind, ValueSink } from '../model/kind.js';
import { asyncHooks, types } from '../model/platform.js';

// Node keeps the state of these under symbols of its own, some with numbers that only this process knows.

type Storage = AsyncLocalStorage<unknown>;

/** What an asynchronous context holds: storages and what is stored in them. */
type Stores = readonly (readonly [storage: Storage, value: unknown])[];

/** Whether an object inherits from the prototype of a class of `node:async_hooks`, which is not loaded to find out. */
function inheritsFrom(object: object, name: 'AsyncResource' | 'AsyncLocalStorage'): boolean {
  for (let at: object | null = object; at !== null && types?.isProxy(at) !== true; at = Object.getPrototypeOf(at)) {
    if (at !== object && isClassPrototype(at, name)) return true;
  }
  return false;
}

function isClassPrototype(prototype: object, name: 'AsyncResource' | 'AsyncLocalStorage'): boolean {
  const owner: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof owner !== 'function' || types?.isProxy(owner) === true) return false;
  return Object.getOwnPropertyDescriptor(owner, 'name')?.value === name && owner === asyncHooks()?.[name];
}

/** Whether members of a prototype are of a kind that this file describes, and no ordinary objects. */
export function isAsyncPrototype(prototype: object): boolean {
  return isClassPrototype(prototype, 'AsyncResource') || isClassPrototype(prototype, 'AsyncLocalStorage');
}

const RESOURCE_SYMBOLS: ReadonlySet<string | undefined> = new Set([
  'async_id_symbol',
  'trigger_async_id_symbol',
  'kResourceStore',
  'context_frame',
  'destroyed',
]);

function slotOf(object: object, description: string): unknown {
  const symbol = Object.getOwnPropertySymbols(object).find((one) => one.description === description);
  return symbol === undefined ? undefined : Object.getOwnPropertyDescriptor(object, symbol)?.value;
}

/** A resource of the program's. It gets a number of the receiving process, and the context that it was made in. */
export const asyncResourceKind: Kind<AsyncResource> = {
  code: 48,
  name: 'AsyncResource',
  prototype: undefined,
  test: (value) => typeof slotOf(value, 'async_id_symbol') === 'number' && inheritsFrom(value, 'AsyncResource'),
  structuralKeys: -1,
  ownKeys: (resource) =>
    Reflect.ownKeys(resource).filter((key) => typeof key === 'string' || !RESOURCE_SYMBOLS.has(key.description)),
  write(resource, sink) {
    const stores = storesOf(resource, sink);
    sink.uint(stores.length);
    for (const [storage, value] of stores) {
      sink.value(storage);
      sink.value(value);
    }
  },
  read(source) {
    const { AsyncResource: Resource } = hooks();
    const resource = source.define(new Resource('AsyncResource'));
    const stores: [Storage, unknown][] = [];
    for (let left = source.count(2); left > 0; left--) stores.push([source.value() as Storage, source.value()]);
    source.finally(() => {
      const bare = new Resource('AsyncResource');
      const within = stores.reduce<() => object>(
        (make, [storage, value]) =>
          () =>
            storage.run(value, make),
        () => new Resource('AsyncResource'),
      )();
      // Only what makes up the context: the numbers stay its own. One made now is in the context of whoever receives it.
      for (const made of [bare, within]) {
        for (const symbol of Object.getOwnPropertySymbols(made)) {
          if (symbol.description !== 'kResourceStore' && symbol.description !== 'context_frame') continue;
          const value: unknown = made === within ? Object.getOwnPropertyDescriptor(made, symbol)?.value : undefined;
          Object.defineProperty(resource, symbol, { value, writable: true, enumerable: true, configurable: true });
        }
      }
    });
    return resource;
  },
};

/** What a resource keeps of the context that it was made in: under a symbol of each storage (to Node 22), or in a frame. */
function storesOf(resource: object, sink: ValueSink): Stores {
  const frame = slotOf(resource, 'context_frame');
  if (types?.isMap(frame) === true) return [...Map.prototype.entries.call(frame)] as unknown as Stores;
  const stores = new Map<symbol, unknown>();
  for (const symbol of Object.getOwnPropertySymbols(resource)) {
    const value: unknown = Object.getOwnPropertyDescriptor(resource, symbol)?.value;
    if (symbol.description === 'kResourceStore' && value !== undefined) stores.set(symbol, value);
  }
  if (stores.size === 0) return [];
  if (sink.introspection === undefined) {
    throw sink.refuse(resource, 'the host does not show in which context it was made', 'Make one on the other side.');
  }
  // A storage that nothing holds any more cannot be asked for what is stored in it.
  const found: [Storage, unknown][] = [];
  for (const storage of sink.introspection.objectsBelow(hooks().AsyncLocalStorage.prototype) as readonly Storage[]) {
    const key: unknown = Object.getOwnPropertyDescriptor(storage, 'kResourceStore')?.value;
    if (typeof key === 'symbol' && stores.has(key)) found.push([storage, stores.get(key)]);
  }
  return found;
}

const STORAGE_KEYS: ReadonlySet<PropertyKey> = new Set(['kResourceStore', 'enabled']);

/**
 * A storage of Node up to 22, that keeps what is stored under a symbol of its own. One that arrived as it is here would pass
 * for one that takes part in making asynchronous contexts, and would not.
 */
export const asyncLocalStorageKind: Kind<Storage> = {
  code: 49,
  name: 'AsyncLocalStorage',
  prototype: undefined,
  test: (value) =>
    typeof Object.getOwnPropertyDescriptor(value, 'kResourceStore')?.value === 'symbol' &&
    inheritsFrom(value, 'AsyncLocalStorage'),
  structuralKeys: -1,
  ownKeys: (storage) => Reflect.ownKeys(storage).filter((key) => !STORAGE_KEYS.has(key)),
  write: () => {},
  read: (source) => source.define(new (hooks().AsyncLocalStorage)()),
};

function hooks(): typeof import('node:async_hooks') {
  const found = asyncHooks();
  if (found === undefined) throw new TypeError('This host has no asynchronous contexts.');
  return found;
}
