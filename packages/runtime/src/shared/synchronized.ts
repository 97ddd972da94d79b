import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import type { SyncWaitOptions } from '../sync/backend.js';
import type { Lock } from '../sync/lock.js';
import { RLock } from '../sync/rlock.js';
import type { ArrayOf, ElementOf, ElementType } from './element-types.js';
import { RawArray, RawValue } from './raw.js';

/** What protects a shared value. */
export interface SharedOptions {
  /** A lock of yours, or false for none. @defaultValue a new {@link RLock} */
  readonly lock?: Lock | RLock | boolean | undefined;
}

/** @internal What an object that arrives is made of. */
export interface Parts<O> {
  readonly object: O;
  readonly lock: Lock | RLock | undefined;
}

let arriving: Parts<unknown> | undefined;

abstract class Synchronized<O> {
  readonly #object: O;
  readonly #lock: Lock | RLock | undefined;

  protected constructor(make: () => O, lock: SharedOptions['lock']) {
    const parts = arriving as Parts<O> | undefined;
    arriving = undefined;
    this.#object = parts === undefined ? make() : parts.object;
    if (parts !== undefined) this.#lock = parts.lock;
    else if (lock === undefined || lock === true) {
      const LockClass = (new.target as unknown as { lockClass: () => typeof RLock }).lockClass();
      this.#lock = new LockClass();
    } else this.#lock = lock === false ? undefined : lock;
  }

  /** @internal The class of the lock of an object without one of its own; set by its context. */
  static lockClass: () => typeof RLock = () => RLock;

  /** What is in shared memory, without its lock. */
  getObj(): O {
    return this.#object;
  }

  /** Its lock. @throws ProcessError with code `MP_STATE` where it has none. */
  getLock(): Lock | RLock {
    if (this.#lock !== undefined) return this.#lock;
    throw new ProcessError(PROCESS_ERROR_CODES.state, 'This shared value was made without a lock.');
  }

  /** Runs a function while it holds the lock. */
  runExclusive<T>(fn: (object: O) => T | PromiseLike<T>, options?: SyncWaitOptions): Promise<T> {
    return this.getLock().runExclusive(() => fn(this.#object), options);
  }

  /** The same with a function that does not wait, blocking this thread. */
  runExclusiveSync<T>(fn: (object: O) => T, options?: SyncWaitOptions): T {
    return this.getLock().runExclusiveSync(() => fn(this.#object), options);
  }

  /** @internal */
  get parts(): Parts<O> {
    return { object: this.#object, lock: this.#lock };
  }
}

/**
 * One number in shared memory, with a lock.
 *
 * @example
 * const counter = new Value('i');
 * await pool.map(() => counter.update((n) => n + 1), range(100));
 * counter.value; // 100
 */
export class Value<T extends ElementType = ElementType> extends Synchronized<RawValue<T>> {
  /**
   * @param type - One of Python's type codes, or the class of a typed array.
   * @param initial - Zero by default.
   */
  constructor(type: T, initial?: ElementOf<T>, options: SharedOptions = {}) {
    super(() => new RawValue(type, initial), options.lock);
  }

  /** The number. `value.value += 1` reads and writes: between the two, others may write. Use {@link update}. */
  get value(): ElementOf<T> {
    return this.getObj().value;
  }

  set value(value: ElementOf<T>) {
    this.getObj().value = value;
  }

  /** Changes the number while it holds the lock. @returns What it is then. */
  update(change: (value: ElementOf<T>) => ElementOf<T>, options?: SyncWaitOptions): Promise<ElementOf<T>> {
    return this.runExclusive((raw) => assign(raw, change), options);
  }

  /** The same, blocking this thread. */
  updateSync(change: (value: ElementOf<T>) => ElementOf<T>, options?: SyncWaitOptions): ElementOf<T> {
    return this.runExclusiveSync((raw) => assign(raw, change), options);
  }
}

function assign<T extends ElementType>(raw: RawValue<T>, change: (value: ElementOf<T>) => ElementOf<T>): ElementOf<T> {
  raw.value = change(raw.value);
  return raw.value;
}

/** Numbers in shared memory, with a lock. The typed array itself is {@link SharedArray.array}. */
export class SharedArray<T extends ElementType = ElementType> extends Synchronized<ArrayOf<T>> {
  /**
   * @param type - One of Python's type codes, or the class of a typed array.
   * @param sizeOrInitial - How many, all zero, or which.
   */
  constructor(type: T, sizeOrInitial: number | Iterable<ElementOf<T>>, options: SharedOptions = {}) {
    super(() => RawArray(type, sizeOrInitial), options.lock);
  }

  /** The numbers, to be read and written. What must not be disturbed is done in {@link SharedArray.runExclusive}. */
  get array(): ArrayOf<T> {
    return this.getObj();
  }

  /** How many there are. */
  get length(): number {
    return this.getObj().length;
  }

  /** The numbers, as they are when each is read. */
  [Symbol.iterator](): IterableIterator<ElementOf<T>> {
    return this.getObj()[Symbol.iterator]() as IterableIterator<ElementOf<T>>;
  }
}

/** Makes the object again that has these parts. */
export function synchronized(kind: 'value' | 'array', parts: Parts<unknown>): Value | SharedArray {
  arriving = parts;
  return kind === 'value' ? new Value('i') : new SharedArray('i', 0);
}
