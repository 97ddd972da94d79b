/** Up to here comparing objects one by one costs less than looking them up. */
const FEW = 12;
/** V8's limit for one Set or Map is 2 ** 24 entries. */
const MAX_SIZE = 2 ** 24 - 16;
const EMPTY: object = {};

/**
 * Numbers objects in the order in which they are met.
 *
 * Most objects are met once, and a Set tells so in one step where a Map takes two. Only when one is met again are the
 * numbers needed: then a Map takes over what the Set has gathered since the last time, in its order.
 */
export class Identity {
  /** The first few objects: a look-up costs 80 ns, and most values are small. */
  readonly #few: object[] = [];
  /** How many they are; -1 where the Set is used. */
  #fewCount = 0;
  #set = new Set<object>();
  #gathered: SetIterator<object> | undefined;
  #numbers = new Map<object, number>();
  /** Maps that hold as many objects as a Map can. */
  #full: Map<object, number>[] = [];
  #base = 0;

  /**
   * Gives an object the next number, if it is met for the first time.
   *
   * @returns Its number if it was met before, else -1.
   */
  meet(object: object): number {
    if (this.#fewCount >= 0) {
      const few = this.#few;
      const count = this.#fewCount;
      for (let i = 0; i < count; i++) if (few[i] === object) return i;
      if (count < FEW) {
        few[count] = object;
        this.#fewCount = count + 1;
        return -1;
      }
      this.#useSet();
    }
    const set = this.#set;
    const before = set.size;
    if (this.#full.length > 0) {
      const number = this.#findInFull(object);
      if (number >= 0) return number;
    }
    set.add(object);
    if (set.size === before) return this.#numberOf(object);
    if (before + 1 === MAX_SIZE) this.#startAnew();
    return -1;
  }

  /** Gives numbers to objects that are all met for the first time, and all different. @returns Whether they are. */
  meetAll(objects: readonly object[]): boolean {
    if (this.#fewCount >= 0) this.#useSet();
    const set = this.#set;
    if (set.size + objects.length > MAX_SIZE || this.#full.length > 0) return false;
    for (let i = 0; i < objects.length; i++) {
      const before = set.size;
      set.add(objects[i]!);
      if (set.size !== before) continue;
      for (let j = 0; j < i; j++) set.delete(objects[j]!);
      return false;
    }
    return true;
  }

  /** Whether an object was met. */
  has(object: object): boolean {
    if (this.#fewCount >= 0) {
      const index = this.#few.indexOf(object);
      return index >= 0 && index < this.#fewCount;
    }
    return this.#set.has(object) || this.#findInFull(object) >= 0;
  }

  /** Forgets all objects. */
  clear(): void {
    this.#few.fill(EMPTY);
    if (this.#fewCount < 0) {
      this.#set = new Set();
      this.#gathered = undefined;
      this.#numbers = new Map();
      this.#full = [];
      this.#base = 0;
    }
    this.#fewCount = 0;
  }

  #useSet(): void {
    for (let i = 0; i < this.#fewCount; i++) this.#set.add(this.#few[i]!);
    this.#fewCount = -1;
  }

  /** The number of an object in the Set. */
  #numberOf(object: object): number {
    const numbers = this.#numbers;
    const known = numbers.get(object);
    if (known !== undefined) return known;
    // An iterator of a Set goes on with what was added since.
    this.#gathered ??= this.#set.values();
    for (let left = this.#set.size - numbers.size; left > 0; left--) {
      numbers.set(this.#gathered.next().value as object, this.#base + numbers.size);
    }
    return numbers.get(object)!;
  }

  #startAnew(): void {
    let number = this.#base;
    const numbers = new Map<object, number>();
    for (const object of this.#set) numbers.set(object, number++);
    this.#full.push(numbers);
    this.#base = number;
    this.#set = new Set();
    this.#gathered = undefined;
    this.#numbers = new Map();
  }

  #findInFull(object: object): number {
    for (const numbers of this.#full) {
      const number = numbers.get(object);
      if (number !== undefined) return number;
    }
    return -1;
  }
}
