import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { type ArrayOf, arrayClassOf, type ElementOf, type ElementType, type TypedArray } from './element-types.js';
import { allocateSlot, type Slot } from './heap.js';
import { SharedMemory } from './shared-memory.js';

/** Where a value is. */
export interface ValuePlace {
  readonly memory: SharedMemory;
  readonly offset: number;
  /** The name of the typed array's class. */
  readonly type: string;
}

let arriving: ValuePlace | undefined;
let placeOf: (value: RawValue) => ValuePlace;

/** One number in shared memory, without a lock. */
export class RawValue<T extends ElementType = ElementType> {
  readonly #array: TypedArray;
  readonly #memory: SharedMemory;
  readonly #slot: Slot | undefined;

  /**
   * @param type - One of Python's type codes, or the class of a typed array.
   * @param initial - Zero by default.
   */
  constructor(type: T, initial?: ElementOf<T>) {
    const arrayClass = arrayClassOf(type);
    const place = arriving;
    arriving = undefined;
    this.#slot = place === undefined ? allocateSlot(this) : undefined;
    const { memory, offset } = place ?? (this.#slot as Slot);
    this.#memory = memory;
    this.#array = new arrayClass(memory.buffer, offset, 1);
    if (initial !== undefined) this.value = initial;
  }

  /** The number. Reading and writing it is atomic; `value.value += 1` is both, and is not. */
  get value(): ElementOf<T> {
    const array = this.#array;
    return (isFloat(array) ? array[0] : Atomics.load(array as Int32Array, 0)) as ElementOf<T>;
  }

  set value(value: ElementOf<T>) {
    const array = this.#array;
    if (isFloat(array)) array[0] = Number(value);
    else if (array instanceof BigInt64Array || array instanceof BigUint64Array) Atomics.store(array, 0, BigInt(value));
    else Atomics.store(array as Int32Array, 0, Number(value));
  }

  static {
    placeOf = (value) => {
      if (value.#slot !== undefined) value.#slot.isShared = true;
      return { memory: value.#memory, offset: value.#array.byteOffset, type: value.#array.constructor.name };
    };
  }
}

/** Where a value is. Whoever asks is going to tell another process. */
export function describeValue(value: RawValue): ValuePlace {
  return placeOf(value);
}

/** The value that is at a place. */
export function findValue(place: ValuePlace): RawValue {
  const type = (globalThis as Record<string, unknown>)[place.type] as ElementType;
  arriving = place;
  return new RawValue(type);
}

/**
 * Numbers in shared memory, without a lock: a typed array, which arrives elsewhere as the same memory.
 *
 * @param type - One of Python's type codes, or the class of a typed array.
 * @param sizeOrInitial - How many, all zero, or which.
 */
export function RawArray<T extends ElementType>(type: T, sizeOrInitial: number | Iterable<ElementOf<T>>): ArrayOf<T> {
  const arrayClass = arrayClassOf(type);
  const initial = typeof sizeOrInitial === 'number' ? undefined : [...sizeOrInitial];
  const length = initial?.length ?? (sizeOrInitial as number);
  if (!Number.isSafeInteger(length) || length < 0)
    throw new ProcessError(PROCESS_ERROR_CODES.argument, `A shared array cannot have ${length} elements.`);
  // There is no memory of no bytes.
  const memory = new SharedMemory({ create: true, size: Math.max(1, length * arrayClass.BYTES_PER_ELEMENT) });
  const array = new arrayClass(memory.buffer, 0, length);
  if (initial !== undefined) (array as { set(from: unknown): void }).set(initial);
  return array as ArrayOf<T>;
}

function isFloat(array: TypedArray): array is Float32Array | Float64Array {
  return array instanceof Float32Array || array instanceof Float64Array;
}
