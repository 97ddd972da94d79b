import { SERIALIZE_ERROR_CODES as CODES, SerializeError } from '@mp/codec';
import { ATTRIBUTE, DECORATION, FRAME } from '../model/codes.js';
import type { AnyFunction, Meta } from '../model/ports.js';
import { setState } from '../model/state.js';
import { isIndex } from './array-keys.js';
import type { ObjectSource } from './object-source.js';
import type { GraphReader } from './reader.js';

// What the writer's `odd.ts` writes, read back.

/** Reads an object of a kind that the walk itself knows. */
export function readFrame(reader: GraphReader, code: number): object {
  switch (code) {
    case FRAME.decorated:
      return readDecorated(reader);
    case FRAME.object:
      return reader.objectWithProperties();
    case FRAME.sparse:
      return reader.sparse();
    case FRAME.reduced:
      return readReduced(reader);
    case FRAME.proxy:
      return readProxy(reader);
    case FRAME.revoked:
      return reader.define(revokedProxy(reader.uint() === 1));
    case FRAME.revoker:
      return readRevoker(reader);
    default:
      return readBound(reader);
  }
}

function revokedProxy(isFunction: boolean): object {
  const { proxy, revoke } = Proxy.revocable<object>(isFunction ? revokedProxy : {}, {});
  revoke();
  return proxy;
}

function readDecorated(reader: GraphReader): object {
  const flags = reader.uint();
  const privates = flags & DECORATION.privates ? readPrivatesMeta(reader) : undefined;
  const object = privates === undefined ? reader.object() : reader.instance(privates);
  if (flags & DECORATION.prototype) {
    const prototype = reader.prototype();
    if (!reader.context.scanning && !Reflect.setPrototypeOf(object, prototype))
      throw reader.damaged('a prototype that an object cannot have');
  }
  if (flags & DECORATION.late) reader.later(() => readRest(reader, object, flags, privates));
  else readRest(reader, object, flags, privates);
  // At the very end: objects that are put off, private members and states are still to be filled in.
  if (flags & DECORATION.frozen) reader.finally(() => Object.freeze(object));
  else if (flags & DECORATION.sealed) reader.finally(() => seal(object));
  else if (flags & DECORATION.fixed) reader.finally(() => Object.preventExtensions(object));
  return object;
}

/** What an object holds besides itself. */
function readRest(reader: GraphReader, object: object, flags: number, privates: Meta | undefined): void {
  if (flags & DECORATION.properties) readProperties(reader, object);
  if (privates !== undefined) readPrivates(reader, object, privates);
  if (flags & DECORATION.state) {
    reader.requireTrust('an object that restores its own state');
    const state = reader.value();
    reader.afterwards.setState(() => setState(object, state));
  }
}

/**
 * Seals an object. V8 14 refuses to seal a view that has elements, although one that is not extensible counts as
 * sealed there as in V8 before: its elements stay configurable, as ECMA-262, 10.4.5.1 wants them.
 */
function seal(object: object): void {
  if (!ArrayBuffer.isView(object) || object instanceof DataView) {
    Object.seal(object);
    return;
  }
  for (const key of Reflect.ownKeys(object)) {
    if (typeof key === 'symbol' || !isIndex(key)) Object.defineProperty(object, key, { configurable: false });
  }
  Object.preventExtensions(object);
}

function readPrivatesMeta(reader: GraphReader): Meta {
  reader.requireTrust('private members');
  return reader.meta(reader.uint());
}

function readPrivates(reader: GraphReader, object: object, meta: Meta): void {
  const slots: unknown[] = [];
  for (let left = reader.count(1); left > 0; left--) slots.push(reader.value());
  reader.afterwards.fillPrivates(() => reader.context.revival?.fillPrivateMembers(object, meta, slots));
}

/** Reads properties with their attributes. */
export function readProperties(reader: ObjectSource, target: object): void {
  const count = reader.count(3);
  reader.countProperties(count);
  for (let i = 0; i < count; i++) {
    const key = reader.value();
    if (typeof key !== 'string' && typeof key !== 'symbol') throw reader.damaged('a key that is no string or symbol');
    const attributes = reader.uint();
    const enumerable = (attributes & ATTRIBUTE.enumerable) !== 0;
    const configurable = (attributes & ATTRIBUTE.configurable) !== 0;
    let descriptor: PropertyDescriptor;
    if (attributes & ATTRIBUTE.accessor) {
      reader.requireTrust('an accessor');
      const get = reader.value();
      const set = reader.value();
      if (reader.context.scanning) continue;
      if (!isCallableOrMissing(get) || !isCallableOrMissing(set)) throw reader.damaged('an accessor without functions');
      descriptor = { get, set, enumerable, configurable } as PropertyDescriptor;
    } else {
      descriptor = {
        value: reader.value(),
        writable: (attributes & ATTRIBUTE.writable) !== 0,
        enumerable,
        configurable,
      };
    }
    if (!Reflect.defineProperty(target, key, descriptor)) throw reader.damaged('a property that an object cannot have');
  }
}

function isCallableOrMissing(value: unknown): boolean {
  return value === undefined || typeof value === 'function';
}

function readReduced(reader: GraphReader): object {
  reader.requireTrust('an object that a reducer revives');
  const place = reader.reserve();
  const tag = reader.name();
  const reducer = reader.context.reducers.get(tag);
  const { pending } = reader;
  const data = reader.value();
  reader.finish(pending);
  if (reader.context.scanning) return reader.fill(place, {});
  if (reducer === undefined) {
    throw new SerializeError(
      CODES.reducer,
      `No reducer is registered for ${JSON.stringify(tag)}.\nGive the decoder the reducers that the encoder had.`,
    );
  }
  let object: object;
  try {
    object = reducer.revive(data, reader.context.revivalContext());
  } catch (cause) {
    if (cause instanceof SerializeError && cause.code === CODES.damaged) throw cause;
    throw new SerializeError(CODES.reduction, `The reducer ${JSON.stringify(tag)} failed to revive an object.`, {
      cause,
    });
  }
  return reader.fill(place, object);
}

function readProxy(reader: GraphReader): object {
  reader.requireTrust('a proxy');
  const place = reader.reserve();
  const target = reader.object();
  const handler = reader.object();
  if (reader.context.scanning) return reader.fill(place, {});
  const { proxy, revoke } = Proxy.revocable(target, handler as ProxyHandler<object>);
  reader.revokers.set(proxy, revoke);
  return reader.fill(place, proxy);
}

function readRevoker(reader: GraphReader): object {
  reader.requireTrust('a function that revokes a proxy');
  const place = reader.reserve();
  if (reader.uint() === 0) {
    const { revoke } = Proxy.revocable({}, {});
    revoke();
    return reader.fill(place, revoke);
  }
  const proxy = reader.object();
  if (reader.context.scanning) return reader.fill(place, {});
  const revoke = reader.revokers.get(proxy);
  if (revoke === undefined) throw reader.damaged('a function that revokes something else than a proxy');
  return reader.fill(place, revoke);
}

function readBound(reader: GraphReader): object {
  reader.requireTrust('a bound function');
  const place = reader.reserve();
  const target = reader.object();
  if (typeof target !== 'function' && !reader.context.scanning)
    throw reader.damaged('a bound function without its function');
  const boundThis = reader.value();
  const boundArgs: unknown[] = [];
  for (let left = reader.count(1); left > 0; left--) boundArgs.push(reader.value());
  if (reader.context.scanning) return reader.fill(place, {});
  const bound = Function.prototype.bind.apply(target as never, [boundThis, ...boundArgs] as never) as AnyFunction;
  for (const key of Reflect.ownKeys(bound)) Reflect.deleteProperty(bound, key);
  return reader.fill(place, bound);
}
