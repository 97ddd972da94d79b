import { textOf } from '../model/function-text.js';
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
  readonly #objects: readonly object[];

  /** @param root - The end of the prototype chains of a realm: its `Object.prototype`. */
  constructor(root: object) {
    this.#objects = objectsBelow(root);
  }

  /**
   * The objects that have a function as an own method or accessor.
   *
   * @param key - The key under which they have it; without it all of them are looked through, which takes longer.
   */
  holdersOf(fn: AnyFunction, key: string | undefined): readonly object[] {
    return this.#objects.filter((object) => {
      if (types?.isProxy(object) === true) return false;
      return (key === undefined ? Reflect.ownKeys(object) : [key]).some((name) => {
        const descriptor = Reflect.getOwnPropertyDescriptor(object, name);
        return descriptor?.value === fn || (descriptor?.get ?? descriptor?.set) === fn || descriptor?.set === fn;
      });
    });
  }

  /** All classes with this text: more than one where the code around it ran more than once. */
  classesOf(text: string): readonly AnyFunction[] {
    return this.#objects.filter(
      (object): object is AnyFunction =>
        typeof object === 'function' &&
        types?.isProxy(object) !== true &&
        Reflect.getOwnPropertyDescriptor(object, 'prototype')?.writable === false &&
        textOf(object as AnyFunction) === text,
    ) as readonly AnyFunction[];
  }
}

/** Every object that inherits from another. */
export function objectsBelow(root: object): readonly object[] {
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
