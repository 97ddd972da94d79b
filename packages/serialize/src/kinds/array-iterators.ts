import type { Kind } from '../model/kind.js';
import { types } from '../model/platform.js';
import type { ArrayIteratorState } from '../model/ports.js';
import { engineName } from './engine-name.js';
import { isIteratorOf, ownPrototypeOf, refuseImpostor } from './iterator-prototypes.js';

const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { values, keys, entries } = Array.prototype;
const MAKERS = [keys, values, entries] as const;
const KINDS = ['keys', 'values', 'entries'] as const;

const { next } = getPrototypeOf([].values()) as Iterator<unknown>;

/** An ArrayBuffer as Node 20 and later have it. */
type Resizable = ArrayBuffer & {
  readonly resizable?: boolean;
  readonly maxByteLength: number;
  resize(byteLength: number): void;
};

/** What is added to the number of a kind. */
const FINISHED = 4;
/** Some elements that it gave out are accessors. */
const PASSED_ACCESSORS = 8;

/**
 * An iterator of an array, a typed array, `arguments`, or anything else that has a length and indices: what it goes through, and
 * its index in it. It goes on with what the array is then.
 */
export const arrayIteratorKind: Kind = {
  code: 62,
  name: 'Array Iterator',
  prototype: undefined,
  test: (value) => isIteratorOf('Array Iterator', value),
  accepts: (value) => engineName(value) === 'Array Iterator',
  ownPrototype: (value) => ownPrototypeOf('Array Iterator', value),
  structuralKeys: 0,
  write(iterator, sink) {
    const state = sink.introspection?.arrayIterator(iterator);
    if (state === null) throw refuseImpostor(iterator, sink);
    if (state === undefined) {
      throw sink.refuse(
        iterator,
        'it is an iterator half way through an array, and its index can be read on Linux only, from `/proc/self/mem`, ' +
          'which this process may not read',
        'Send an array of what remains, `[...iterator]`, or the array and the index.',
      );
    }
    const owner = state.isFinished ? undefined : sink.ownerOf(iterator);
    const kind = KINDS.indexOf(state.kind);
    if (owner === undefined) {
      // The value is written once more, when it is known what the iterator goes through.
      if (!state.isFinished) sink.noteIterator(iterator);
      sink.uint(kind + FINISHED);
      return;
    }
    if (isOutOfReach(owner, state)) {
      sink.uint(kind + FINISHED);
      return;
    }
    const passed = state.kind === 'keys' ? [] : passedAccessors(owner, state);
    if (!isSilent(owner, state, passed)) {
      throw sink.refuse(
        iterator,
        `it is an iterator at index ${state.index} of an object whose elements or length are computed as they are read`,
        'Send what remains, `[...iterator]`, or the object and the index.',
      );
    }
    sink.uint(kind + (passed.length > 0 ? PASSED_ACCESSORS : 0));
    // It may hold the iterator.
    sink.shell(owner);
    sink.uint(state.index);
  },
  read(source) {
    const number = source.uint();
    const make = MAKERS[number % FINISHED];
    if (make === undefined || number >= PASSED_ACCESSORS + FINISHED)
      throw source.damaged('an iterator of an unknown kind');
    if ((number & FINISHED) !== 0) return source.define(advance(make.call([]) as Iterator<unknown>, 1));
    const place = source.reserve();
    const owner = source.object();
    const iterator = source.fill(place, make.call(owner as unknown[]) as Iterator<unknown>);
    const index = source.uint();
    if (index === 0) return iterator;
    source.countSteps(index);
    if (types?.isProxy(owner) === true) throw source.damaged('an iterator half way through a proxy');
    // What it goes through may not be filled yet.
    source.finally(() => {
      advanceSilently(iterator, owner, index, (number & PASSED_ACCESSORS) !== 0);
    });
    return iterator;
  },
};

function advance<T extends Iterator<unknown>>(iterator: T, steps: number): T {
  for (let left = steps; left > 0; left--) next.call(iterator);
  return iterator;
}

/** An array that cannot grow any more ends in front of the iterator's index: it will never give out anything again. */
function isOutOfReach(owner: object, { index }: ArrayIteratorState): boolean {
  return Array.isArray(owner) && index > owner.length && getOwnPropertyDescriptor(owner, 'length')?.writable === false;
}

/** The keys of accessors among the elements that an iterator has passed. */
function passedAccessors(owner: object, { index, mayHaveAccessors }: ArrayIteratorState): readonly string[] {
  if (!mayHaveAccessors || types?.isTypedArray(owner) === true || types?.isProxy(owner) === true) return [];
  return accessorsBefore(owner, index);
}

function accessorsBefore(owner: object, index: number): readonly string[] {
  const found: string[] = [];
  // Indices come first, in ascending order (ECMA-262, 10.1.11.1).
  for (const key of Object.getOwnPropertyNames(owner)) {
    if (!(Number(key) < index)) break;
    if (!('value' in (getOwnPropertyDescriptor(owner, key) as object))) found.push(key);
  }
  return found;
}

/** Whether an iterator can be led to its index on the other side without running code: passing an element reads it. */
function isSilent(owner: object, { index }: ArrayIteratorState, passed: readonly string[]): boolean {
  if (index === 0) return true;
  if (types?.isProxy(owner) === true) return false;
  if (types?.isTypedArray(owner) === true) return index <= reach(owner as Uint8Array);
  if (passed.some((key) => getOwnPropertyDescriptor(owner, key)?.configurable !== true)) return false;
  for (let holder = getPrototypeOf(owner) as object | null; holder !== null; ) {
    if (types?.isProxy(holder) === true || accessorsBefore(holder, index).length > 0) return false;
    holder = getPrototypeOf(holder) as object | null;
  }
  const length = getOwnPropertyDescriptor(owner, 'length');
  if (length === undefined) return Object.isExtensible(owner);
  return length.configurable === true || length.writable === true || Number(length.value) >= index;
}

/**
 * How long a view may become: one without a length of its own follows a resizable buffer. One that has its own is not told from
 * these, and need not be: while it is out of bounds it is refused, and otherwise no iterator in use is behind its end.
 */
function reach(view: Uint8Array): number {
  const { length, byteOffset, BYTES_PER_ELEMENT: width } = view;
  const buffer = view.buffer as Resizable;
  if (buffer.resizable !== true) return length;
  return Math.max(length, Math.floor((buffer.maxByteLength - byteOffset) / width));
}

/** Leads an iterator to its index, without running code that the value brought. */
function advanceSilently(iterator: Iterator<unknown>, owner: object, index: number, passesAccessors: boolean): void {
  if (types?.isTypedArray(owner) === true) {
    const view = owner as Uint8Array;
    const buffer = view.buffer as Resizable;
    const { byteLength } = buffer;
    const isShort = index > view.length && index <= reach(view);
    if (isShort) buffer.resize(view.byteOffset + index * view.BYTES_PER_ELEMENT);
    try {
      advance(iterator, index);
    } finally {
      if (isShort) buffer.resize(byteLength);
    }
    return;
  }
  const hidden = passesAccessors ? accessorsBefore(owner, index) : [];
  const before = [...hidden, 'length'].map((key) => [key, getOwnPropertyDescriptor(owner, key)] as const);
  const length = before.at(-1)?.[1];
  const isLong = typeof length?.value === 'number' && length.value >= index;
  const changed = isLong ? before.slice(0, -1) : before;
  try {
    for (const [key, descriptor] of changed) {
      const value = key === 'length' ? index : undefined;
      const isData = descriptor !== undefined && 'value' in descriptor;
      defineProperty(owner, key, isData ? { value } : { value, configurable: true });
    }
    advance(iterator, index);
  } finally {
    for (const [key, descriptor] of changed) {
      if (descriptor === undefined) Reflect.deleteProperty(owner, key);
      else defineProperty(owner, key, descriptor);
    }
  }
}
