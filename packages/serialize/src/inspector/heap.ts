import { types } from '../model/platform.js';
import type { AnyFunction } from '../model/ports.js';
import { Inspector, type RemoteObject } from './session.js';

/**
 * Who holds the methods of the program: asked of the heap, where no reference leads from a function to its owner.
 *
 * Making one runs a full garbage collection (50 ms in a small program, 400 with half a million objects), so it is the
 * last resort. It pins every object of the program while it lives: keep it no longer than one value takes. A heap
 * snapshot would show home objects themselves, and takes seconds for 20 MB.
 */
export class HeapIndex {
  readonly #holders: Map<AnyFunction, object[]> = new Map();
  readonly #classes: Map<string, AnyFunction[]> = new Map();

  /** @param root - The end of the prototype chains of a realm: its `Object.prototype`. */
  constructor(root: object) {
    for (const object of objectsBelow(root)) {
      // Elements of arrays and of binary data are no methods, and there may be millions of them.
      if (types?.isProxy(object) === true || Array.isArray(object) || ArrayBuffer.isView(object)) continue;
      if (typeof object === 'function') this.#addClass(object as AnyFunction);
      this.#addMethods(object);
    }
  }

  /** The objects that have a function as an own method or accessor. */
  holdersOf(fn: AnyFunction): readonly object[] {
    return this.#holders.get(fn) ?? [];
  }

  /** All classes with this text: more than one where the code around it ran more than once. */
  classesOf(text: string): readonly AnyFunction[] {
    return this.#classes.get(text) ?? [];
  }

  #addClass(fn: AnyFunction): void {
    if (Reflect.getOwnPropertyDescriptor(fn, 'prototype')?.writable !== false) return;
    const text = Function.prototype.toString.call(fn);
    if (text.startsWith('class')) append(this.#classes, text, fn);
  }

  #addMethods(object: object): void {
    for (const key of Reflect.ownKeys(object)) {
      const descriptor = Reflect.getOwnPropertyDescriptor(object, key);
      for (const part of [descriptor?.value, descriptor?.get, descriptor?.set] as unknown[]) {
        if (typeof part === 'function') append(this.#holders, part as AnyFunction, object);
      }
    }
  }
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else if (list.at(-1) !== value) list.push(value);
}

/** Every object that inherits from another. */
function objectsBelow(root: object): readonly object[] {
  const inspector = Inspector.get();
  try {
    const { objects } = inspector.post<{ objects: RemoteObject }>('Runtime.queryObjects', {
      prototypeObjectId: inspector.idOf(root),
      objectGroup: HEAP_GROUP,
    });
    const [found] = inspector.liveValues([objects]);
    return Array.from((found ?? []) as ArrayLike<object>);
  } finally {
    inspector.release();
    inspector.post('Runtime.releaseObjectGroup', { objectGroup: HEAP_GROUP });
  }
}

/** A group of its own, so that the program's objects are let go at once. */
const HEAP_GROUP = 'mp.serialize.heap';
