import { ObjectSet } from './object-set.js';

/** Up to here comparing objects one by one costs less than looking them up. */
const FEW = 12;
/** An object whose content says as much as that of so many others is looked up in a Set. */
const MAX_PROBES = 12;
/** Room for so many objects is kept from value to value: 1.3 MB for all encoders of a thread together. */
const KEPT = 2 ** 16;
const MIN_OBJECTS = 64;
const NOTHING: object = {};

/** The memory of an index. Encoding is synchronous, so one is enough for all encoders, unless a reducer encodes something. */
interface Index {
  /** All objects, by number. */
  objects: object[];
  /** Their hashes. */
  hashes: Int32Array;
  /** Numbers + 1, by hash. At most half of it is used. */
  slots: Int32Array;
}

let spare: Index | undefined;

function newIndex(): Index {
  return { objects: [], hashes: new Int32Array(MIN_OBJECTS), slots: new Int32Array(MIN_OBJECTS * 2) };
}

/**
 * Numbers objects in the order in which they are met.
 *
 * A Set of a program's objects is slow: it grows by copying itself, into memory that is new each time. Objects that hold
 * something which tells them apart (their `hash`) are looked up by that, in a table whose memory is kept. All others are
 * looked up in a Set.
 */
export class Identity {
  /** The first few objects, which are in no index yet. */
  readonly #few: object[] = [];
  #index: Index | undefined;
  #count = 0;
  /** Whether hashes are believed: not after code of the user's ran, which may have changed the objects. */
  #hashing = true;
  #rest = new ObjectSet();
  readonly #hashOf: (object: object) => number;

  /** @param hashOf - The hash of an object that was met without it. */
  constructor(hashOf: (object: object) => number) {
    this.#hashOf = hashOf;
  }

  /**
   * Whether {@link meet} wants a hash: the first few objects are compared one by one. To be asked before the object is looked
   * at: it may look at others.
   */
  wantsHash(): boolean {
    if (this.#index === undefined) {
      if (this.#count < FEW) return false;
      this.#startIndex();
    }
    return this.#hashing;
  }

  /**
   * Gives an object the next number, if it is met for the first time.
   *
   * @param hash - The same whenever the object is met, and best another one for each object; 0 where there is none.
   * @returns Its number if it was met before, else -1.
   */
  meet(object: object, hash: number): number {
    const index = this.#index;
    if (index === undefined) return this.#meetFew(object);
    if (hash === 0 || !this.#hashing) {
      const known = this.#rest.meet(object, this.#count);
      if (known < 0) this.#list(index, object, hash);
      return known;
    }
    const { objects, slots } = index;
    const mask = slots.length - 1;
    for (let i = 0; i < MAX_PROBES; i++) {
      const place = (hash + i) & mask;
      const number = slots[place]! - 1;
      if (number >= 0) {
        if (objects[number] === object) return number;
        continue;
      }
      // Slots are filled and never emptied: an object that found no room here would find none now.
      slots[place] = this.#count + 1;
      this.#list(index, object, hash);
      return -1;
    }
    const known = this.#rest.meet(object, this.#count);
    if (known < 0) this.#list(index, object, hash);
    return known;
  }

  #meetFew(object: object): number {
    const few = this.#few;
    const count = this.#count;
    for (let i = 0; i < count; i++) if (few[i] === object) return i;
    if (count < FEW) {
      few[count] = object;
      this.#count = count + 1;
      return -1;
    }
    this.#startIndex();
    return this.meet(object, this.#hashOf(object));
  }

  #startIndex(): void {
    this.#index = spare ?? newIndex();
    spare = undefined;
    const count = this.#count;
    this.#count = 0;
    for (let i = 0; i < count; i++) this.meet(this.#few[i]!, this.#hashing ? this.#hashOf(this.#few[i]!) : 0);
  }

  /** Notes an object that was entered. */
  #list(index: Index, object: object, hash: number): void {
    const number = this.#count++;
    index.objects[number] = object;
    index.hashes[number] = hash;
    if (this.#count === index.hashes.length) this.#grow(index);
  }

  /** The number of an object that was met, else -1. */
  find(object: object, hash: number): number {
    const index = this.#index;
    if (index === undefined) {
      const place = this.#few.indexOf(object);
      return place < this.#count ? place : -1;
    }
    if (hash !== 0 && this.#hashing) {
      const { objects, slots } = index;
      for (let i = 0; i < MAX_PROBES; i++) {
        const number = slots[(hash + i) & (slots.length - 1)]! - 1;
        if (number < 0) return -1;
        if (objects[number] === object) return number;
      }
    }
    return this.#rest.find(object);
  }

  /** The objects that have numbers, in the order in which they were met. */
  *all(): Iterable<object> {
    const objects = this.#index?.objects ?? this.#few;
    for (let number = 0; number < this.#count; number++) yield objects[number]!;
  }

  /** Code of the user's is about to run: what objects hold may change, so it says nothing of them any more. */
  distrustHashes(): void {
    if (!this.#hashing) return;
    this.#hashing = false;
    const index = this.#index;
    if (index === undefined) return;
    this.#rest = new ObjectSet();
    for (let number = 0; number < this.#count; number++) this.#rest.meet(index.objects[number]!, number);
  }

  /** Makes room for twice as many objects. */
  #grow(index: Index): void {
    const hashes = new Int32Array(index.hashes.length * 2);
    hashes.set(index.hashes);
    index.hashes = hashes;
    const slots = new Int32Array(hashes.length * 2);
    index.slots = slots;
    if (!this.#hashing) return;
    const mask = slots.length - 1;
    const rest = this.#rest;
    for (let number = 0; number < this.#count; number++) {
      const hash = hashes[number]!;
      if (hash === 0) continue;
      let i = 0;
      while (i < MAX_PROBES && slots[(hash + i) & mask] !== 0) i++;
      if (i < MAX_PROBES) slots[(hash + i) & mask] = number + 1;
      // It may be there already; then it stays.
      else rest.meet(index.objects[number]!, number);
    }
  }

  /** Forgets all objects. */
  clear(): void {
    const index = this.#index;
    const few = this.#few;
    // A loop: for a small message `fill` would cost more than all else here.
    for (let i = 0; i < few.length && few[i] !== NOTHING; i++) few[i] = NOTHING;
    if (index !== undefined) {
      if (this.#count <= KEPT) giveBack(index, this.#count);
      if (this.#rest.size > 0) this.#rest = new ObjectSet();
      this.#index = undefined;
    }
    this.#hashing = true;
    this.#count = 0;
  }
}

/** Keeps an index for the next value, without what is in it. */
function giveBack(index: Index, count: number): void {
  const { objects, hashes, slots } = index;
  objects.fill(NOTHING, 0, count);
  // Where little of a large table was used, only that is wiped.
  if (count * 8 < slots.length) {
    for (let number = 0; number < count; number++) {
      for (let i = 0; i < MAX_PROBES; i++) slots[(hashes[number]! + i) & (slots.length - 1)] = 0;
    }
  } else slots.fill(0);
  spare = index;
}
