import { SERIALIZE_ERROR_CODES as CODES, type Reducer } from '@mp/codec';
import { brandOf } from '../kinds/index.js';
import { hasSlots } from '../kinds/slots.js';
import { ATTRIBUTE, DECORATION, FRAME, PLAIN_ATTRIBUTES } from '../model/codes.js';
import { type Kind, NEVER } from '../model/kind.js';
import { travellingDescriptor } from '../model/native-stack.js';
import { types } from '../model/platform.js';
import type { AnyFunction, CapturedBatch } from '../model/ports.js';
import { Refusal } from '../model/refusal.js';
import { getState, hasState } from '../model/state.js';
import { EXT, SHELL } from '../model/tags.js';
import { isIndex, namedKeys } from './array-keys.js';
import { attributesOf, integrityOf, plainValues } from './attributes.js';
import { privateMembers, requireClass, requireSymbols } from './instances.js';
import { functionOfPrototype, noteClass } from './owners.js';
import type { PrototypeFacts } from './prototypes.js';
import type { GraphWriter } from './writer.js';

// The way of everything that is not plain: exactness first, speed second.

const { getPrototypeOf, getOwnPropertyDescriptor, getOwnPropertyNames } = Object;
const { ownKeys } = Reflect;
const isProxy: (value: unknown) => boolean = types?.isProxy ?? (() => false);

/** Writes an object that has an ordinal and is not plain. */
export function writeOdd(writer: GraphWriter, object: object, facts: PrototypeFacts): void {
  const kind = kindOf(writer, object, facts);
  if (kind === undefined) {
    if (writeUnlike(writer, object, facts)) return;
    const disguise =
      writer.context.exact && facts.opaque === undefined ? writer.disguises.kindOf(object, facts) : undefined;
    if (disguise === undefined) writeOrdinary(writer, object, facts);
    else writeKind(writer, object, disguise, facts);
  } else if ((isHolder(object) || kind.code === NEVER) && writeNamed(writer, object)) return;
  else if (!writeReduced(writer, object, facts.builtIn !== undefined)) writeKind(writer, object, kind, facts);
}

/** The kind of an object, as far as its brand or its class shows. */
function kindOf(writer: GraphWriter, object: object, facts: PrototypeFacts): Kind | undefined {
  if (facts.kind?.test(object)) return facts.kind;
  if (facts.ordinary && facts.builtIn === undefined && !hasSlots(object)) return undefined;
  return brandUnlessKnown(writer, object);
}

/** In V8 all objects that are made without a prototype have this one's hidden class, although their keys differ. */
const WITHOUT_PROTOTYPE: object = Object.create(null) as object;

/** The kind of an object; asked once for objects of one hidden class, of which none has a kind. */
function brandUnlessKnown({ hidden, records }: GraphWriter, object: object): Kind | undefined {
  if (hidden === undefined) return brandOf(object);
  const { brandless = WITHOUT_PROTOTYPE } = records;
  if (hidden.same(object, WITHOUT_PROTOTYPE) || hidden.same(object, brandless)) return undefined;
  const kind = brandOf(object);
  if (kind === undefined && hidden.isFast(object)) records.brandless = object;
  return kind;
}

/** Writes an instance that is like others of its class, if it does not travel as they do. @returns Whether it did. */
export function writeUnlike(writer: GraphWriter, object: object, { builtIn }: PrototypeFacts): boolean {
  return writeNamed(writer, object) || (builtIn === undefined && writeReduced(writer, object));
}

/** Whether it looks like the prototype of a class: `Array.prototype` is an array, and that of an old error class an error. */
function isHolder(object: object): boolean {
  return typeof getOwnPropertyDescriptor(object, 'constructor')?.value === 'function';
}

/** Writes an object or function that the other side finds by name. @returns Whether it does. */
function writeNamed(writer: GraphWriter, value: object): boolean {
  const index = writer.names.indexOf(value);
  if (index !== undefined) {
    writer.hasCode = true;
    writer.out.extensionUint(EXT.named, index);
    return true;
  }
  const owner = typeof value === 'function' ? undefined : functionOfPrototype(value);
  if (owner === undefined) return false;
  if (writer.context.capture === undefined && writer.names.indexOf(owner) === undefined) return false;
  writer.hasCode = true;
  writer.out.extensionUint(EXT.prototypeOf, 0);
  writer.value(owner);
  return true;
}

/** @param builtIn - Whether its class is: then only reducers of memory are asked, of memory. */
function writeReduced(writer: GraphWriter, object: object, builtIn = false): boolean {
  if (builtIn && !isMemory(object)) return false;
  for (const reducer of writer.context.reducers) {
    if ((builtIn && reducer.forMemory !== true) || !reducer.test(object)) continue;
    const data = reductionOf(writer, object, reducer);
    const privates = membersOfSubclasses(writer, object, reducer);
    if (privates !== undefined) writeDecoration(writer, DECORATION.privates, privates);
    writer.hasCode = true;
    writer.reducing.add(object);
    writer.out.extensionUint(EXT.kind, FRAME.reduced);
    writer.out.string(reducer.tag);
    const pending = writer.pending;
    writer.value(data);
    // Reviving needs all of it.
    writer.finish(pending);
    writer.reducing.delete(object);
    if (privates !== undefined) writeSlots(writer, privates.slots);
    return true;
  }
  return false;
}

/** The private members that subclasses gave to an object of which a reducer knows the base class only. */
function membersOfSubclasses(writer: GraphWriter, object: object, { constructs }: Reducer): CapturedBatch | undefined {
  if (constructs === undefined) return undefined;
  return privateMembers(writer, object, writer.shapes.of(getPrototypeOf(object) as object | null), constructs);
}

/** Writes what stands before an object that has more than its own form holds. */
function writeDecoration(writer: GraphWriter, flags: number, privates: CapturedBatch | undefined): void {
  writer.out.extensionUint(EXT.kind, FRAME.decorated);
  writer.out.uint(flags);
  // The object itself may be made from it.
  if (privates !== undefined) writer.out.uint(writer.privates.push(privates.meta) - 1);
}

/** What a reducer makes of an object: once for each object, however often the value is written. */
function reductionOf(writer: GraphWriter, object: object, reducer: Reducer): unknown {
  writer.beforeUserCode();
  if (writer.reduced.has(object)) return writer.reduced.get(object);
  try {
    const data = reducer.reduce(object, writer.context.reduction);
    writer.reduced.set(object, data);
    return data;
  } catch (error) {
    if (error instanceof Refusal || isAttachmentError(error)) throw error;
    throw new Refusal(object, `the reducer ${JSON.stringify(reducer.tag)} failed`, '', CODES.reduction, error);
  }
}

function isAttachmentError(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === CODES.attachment;
}

/** Writes a function: by name, as what it is bound to, or by value through the code engine. */
export function writeFunction(writer: GraphWriter, fn: AnyFunction): void {
  const known = writer.functions.find(fn);
  if (known !== undefined) {
    writer.out.extensionUint(EXT.function, known);
    return;
  }
  if (isProxy(fn)) {
    if (!writer.claim(fn)) writeProxy(writer, fn);
    return;
  }
  if (writer.isClaimed(fn)) {
    writer.claim(fn);
    return;
  }
  if (writeNamed(writer, fn)) return;
  if (writer.context.reducers.some((reducer) => reducer.test(fn))) {
    writer.claim(fn);
    writeReduced(writer, fn);
    return;
  }
  writer.hasCode = true;
  const bound = writer.introspection?.boundFunction(fn);
  if (bound !== undefined) {
    writer.claim(fn);
    writer.nested(fn, () => writeBound(writer, fn, bound));
    return;
  }
  if (writer.context.capture === undefined) {
    throw writer.refuse(
      fn,
      'it is a function, and functions do not travel here',
      'Send data, or use a serializer with code.',
    );
  }
  const stray = noteClass(fn);
  if (stray !== undefined && writer.isClaimed(stray)) {
    throw writer.refuse(
      fn,
      'its prototype has lost its constructor property, and was met in the value before the class',
      'Put the class before its instances, or restore the property: Object.defineProperty(K.prototype, "constructor", { value: K }).',
    );
  }
  writer.out.extensionUint(EXT.function, writer.functions.indexOf(fn));
}

function writeBound(
  writer: GraphWriter,
  fn: AnyFunction,
  bound: { readonly target: AnyFunction; readonly boundThis: unknown; readonly boundArgs: readonly unknown[] },
): void {
  const prototype = getPrototypeOf(fn) as object | null;
  const flags =
    DECORATION.properties | integrityOf(fn) | (prototype === getPrototypeOf(bound.target) ? 0 : DECORATION.prototype);
  writer.out.extensionUint(EXT.kind, FRAME.decorated);
  writer.out.uint(flags);
  writer.out.extensionUint(EXT.kind, FRAME.bound);
  writer.value(bound.target);
  writer.shell(bound.boundThis);
  writer.out.uint(bound.boundArgs.length);
  for (const argument of bound.boundArgs) writer.shell(argument);
  if (flags & DECORATION.prototype) writePrototype(writer, prototype);
  writeProperties(writer, fn, ownKeys(fn));
}

/** Writes a proxy: its target and its handler. No trap fires. */
export function writeProxy(writer: GraphWriter, proxy: object): void {
  if (writer.introspection === undefined) {
    throw writer.refuse(
      proxy,
      'it is a proxy, and the host does not show what is behind it',
      'Send the target itself.',
    );
  }
  const { target, handler } = writer.introspection.proxy(proxy);
  if (target === null || handler === null) {
    writer.out.extensionUint(EXT.kind, FRAME.revoked);
    writer.out.uint(typeof proxy === 'function' ? 1 : 0);
    return;
  }
  writer.hasCode = true;
  writer.out.extensionUint(EXT.kind, FRAME.proxy);
  writer.shell(target);
  writer.shell(handler);
}

function writeOrdinary(writer: GraphWriter, object: object, facts: PrototypeFacts): void {
  if (hasState(object)) writer.beforeUserCode();
  const state = getState(object);
  if (state === undefined) requireClass(writer, object, facts);
  const privates = state === undefined ? privateMembers(writer, object, facts) : undefined;
  const simple = state === undefined && privates === undefined;
  if (simple && writer.record(object, facts)) return;
  if (state === undefined) requireSymbols(writer, object, facts);
  const keys = state === undefined ? keysOf(writer, object) : [];
  const isHollow = privates !== undefined && writer.isHollow(object);
  const integrity = state === undefined ? integrityOf(object) : 0;
  const flags =
    (facts.prototype === Object.prototype ? 0 : DECORATION.prototype) |
    (privates === undefined ? 0 : DECORATION.privates) |
    (state === undefined ? 0 : DECORATION.state) |
    (isHollow ? DECORATION.properties : 0) |
    integrity;
  const late = isHollow || (writer.isDeep && (privates !== undefined || state !== undefined));
  if (flags !== 0) writeDecoration(writer, flags | (late ? DECORATION.late : 0), privates);
  const values = isHollow ? undefined : plainValues(object, keys, integrity);
  if (isHollow) writer.out.extensionUint(EXT.dictionary, 0);
  else if (values !== undefined) {
    writer.out.extensionUint(EXT.dictionary, keys.length);
    for (let i = 0; i < keys.length; i++) {
      writer.out.string(keys[i] as string);
      writer.value(values[i]);
    }
  } else {
    writer.out.extensionUint(EXT.kind, FRAME.object);
    writeProperties(writer, object, keys);
  }
  if (flags & DECORATION.prototype) writer.prototype(facts);
  if (state !== undefined) writer.hasCode = true;
  const rest = (): void => {
    if (isHollow) writeProperties(writer, object, keys);
    if (privates !== undefined) writeSlots(writer, privates.slots);
    if (state !== undefined) writer.value(state.value);
  };
  if (late) writer.later(rest);
  else rest();
}

function writeSlots(writer: GraphWriter, slots: readonly unknown[]): void {
  writer.out.uint(slots.length);
  for (const slot of slots) writer.value(slot);
}

/** The own keys of an ordinary object, in the order in which they are written. */
function keysOf(writer: GraphWriter, object: object): readonly (string | symbol)[] {
  const keys = ownKeys(object);
  if (!writer.context.canonical) return keys;
  const names = keys.filter((key) => typeof key === 'string').sort();
  return [...names, ...keys.filter((key) => typeof key === 'symbol')];
}

/** Writes an object with internal slots, and what users added to it. */
function writeKind(writer: GraphWriter, object: object, kind: Kind, facts: PrototypeFacts): void {
  if (kind.code === NEVER) kind.write(object, writer);
  const ownPrototype = facts.kind === kind || kind.ownPrototype?.(object) === facts.prototype;
  if (!ownPrototype) {
    // A kind that is known by its brand travels with its state; a class of the user's on top of it is looked at.
    requireClass(writer, object, facts.opaque === undefined ? facts : { ...facts, opaque: undefined });
    requireSymbols(writer, object, facts, kind.ownKeys?.(object));
  }
  const array = Array.isArray(object) ? object : undefined;
  const integrity = integrityOf(object);
  const own = array === undefined ? (kind.ownKeys?.(object) ?? ownKeys(object)) : oddArrayKeys(array, integrity);
  const privates = ownPrototype ? undefined : privateMembers(writer, object, facts, 'built-in');
  const flags =
    (ownPrototype ? 0 : DECORATION.prototype) |
    (own.length > 0 ? DECORATION.properties : 0) |
    (privates === undefined ? 0 : DECORATION.privates) |
    integrity;
  const late = (writer.isDeep || writer.isHollow(object)) && (own.length > 0 || privates !== undefined);
  if (flags !== 0) writeDecoration(writer, flags | (late ? DECORATION.late : 0), privates);
  if (array !== undefined && own.some((key) => typeof key === 'string' && (isIndex(key) || key === 'length'))) {
    writeSparse(writer, array, new Set(own));
  } else writer.kind(object, kind);
  if (flags & DECORATION.prototype) writePrototype(writer, facts.prototype, facts);
  const rest = (): void => {
    if (flags & DECORATION.properties) writeProperties(writer, object, own);
    if (privates !== undefined) writeSlots(writer, privates.slots);
  };
  if (late) writer.later(rest);
  else rest();
}

function writePrototype(writer: GraphWriter, prototype: object | null, facts = writer.shapes.of(prototype)): void {
  writer.prototype(facts);
}

/** The keys of an array that are not plain elements. */
function oddArrayKeys(array: readonly unknown[], integrity: number): (string | symbol)[] {
  const odd = namedKeys(array);
  if (integrity === 0 && !getOwnPropertyDescriptor(array, 'length')!.writable) odd.push('length');
  for (const key of getOwnPropertyNames(array)) {
    if (key === 'length') break;
    if (attributesOf(getOwnPropertyDescriptor(array, key)!, integrity) !== PLAIN_ATTRIBUTES) odd.push(key);
  }
  return odd;
}

/** Writes an array by its indices, without those in `except`. */
export function writeSparse(
  writer: GraphWriter,
  array: readonly unknown[],
  except?: ReadonlySet<string | symbol>,
): void {
  const indices = Object.keys(array).filter((key) => isIndex(key) && except?.has(key) !== true);
  writer.out.extensionUint(EXT.kind, FRAME.sparse);
  writer.out.uint(array.length);
  writer.out.uint(indices.length);
  for (const index of indices) {
    writer.out.uint(Number(index));
    writer.value(getOwnPropertyDescriptor(array, index)!.value);
  }
}

/** Writes properties with their attributes. */
export function writeProperties(writer: GraphWriter, object: object, keys: readonly (string | symbol)[]): void {
  writer.out.uint(keys.length);
  for (const key of keys) {
    const descriptor = travellingDescriptor(object, key);
    const isAccessor = descriptor.get !== undefined || descriptor.set !== undefined || !('value' in descriptor);
    writer.value(key);
    writer.out.uint(
      (descriptor.enumerable ? ATTRIBUTE.enumerable : 0) |
        (descriptor.writable ? ATTRIBUTE.writable : 0) |
        (descriptor.configurable ? ATTRIBUTE.configurable : 0) |
        (isAccessor ? ATTRIBUTE.accessor : 0),
    );
    if (isAccessor) {
      writer.hasCode = true;
      writer.value(descriptor.get);
      writer.value(descriptor.set);
    } else writer.value(descriptor.value);
  }
}

/** What to allocate for an object whose content comes later; `undefined` where its kind must be made whole. */
export function shellOf(writer: GraphWriter, object: object): number | undefined {
  const prototype = getPrototypeOf(object) as object | null;
  if (prototype === Array.prototype && Array.isArray(object) && !isHolder(object)) return SHELL.array;
  const facts = writer.shapes.of(prototype);
  const kind = kindOf(writer, object, facts);
  if (kind !== undefined && !isHolder(object)) return kind.shell;
  if (writer.names.indexOf(object) !== undefined || functionOfPrototype(object) !== undefined) return undefined;
  if (kind !== undefined) return kind.shell;
  // Only construction gives an object its private fields.
  if (privateMembers(writer, object, facts) !== undefined) return undefined;
  if (writer.context.reducers.some((reducer) => reducer.test(object))) return undefined;
  return writer.context.exact && writer.disguises.kindOf(object, facts) !== undefined ? undefined : SHELL.object;
}

/** Whether it is memory, or a view of some. */
export function isMemory(object: object): boolean {
  return ArrayBuffer.isView(object) || types?.isAnyArrayBuffer(object) === true;
}
