/** V8's limit for one Set or Map is 2 ** 24 entries. */
const MAX_SIZE = 2 ** 24 - 16;

/** Numbers objects that nothing tells apart but their identity. */
export class ObjectSet {
  #set = new Set<object>();
  /** The numbers of the objects, in the order of the Set. */
  #numbers: number[] = [];
  #gathered: SetIterator<object> | undefined;
  #known = new Map<object, number>();
  /** Sets that hold as many objects as a Set can. */
  #full: Map<object, number>[] = [];

  get size(): number {
    return this.#numbers.length;
  }

  /** Adds an object with its number, if it is new. @returns The number that it had, else -1. */
  meet(object: object, number: number): number {
    const set = this.#set;
    if (this.#full.length > 0) {
      const known = this.#findInFull(object);
      if (known >= 0) return known;
    }
    // One step tells whether it is new and adds it.
    const before = set.size;
    set.add(object);
    if (set.size === before) return this.#numberOf(object);
    this.#numbers.push(number);
    if (before + 1 === MAX_SIZE) this.#startAnew();
    return -1;
  }

  /** The number of an object, else -1. */
  find(object: object): number {
    return this.#set.has(object) ? this.#numberOf(object) : this.#findInFull(object);
  }

  #findInFull(object: object): number {
    for (const numbers of this.#full) {
      const number = numbers.get(object);
      if (number !== undefined) return number;
    }
    return -1;
  }

  #numberOf(object: object): number {
    const known = this.#known.get(object);
    if (known !== undefined) return known;
    const first = this.#full.length * MAX_SIZE;
    // An iterator of a Set goes on with what was added since.
    this.#gathered ??= this.#set.values();
    for (let left = this.#set.size - this.#known.size; left > 0; left--) {
      this.#known.set(this.#gathered.next().value as object, this.#numbers[first + this.#known.size]!);
    }
    return this.#known.get(object)!;
  }

  #startAnew(): void {
    const first = this.#full.length * MAX_SIZE;
    const numbers = new Map<object, number>();
    for (const object of this.#set) numbers.set(object, this.#numbers[first + numbers.size]!);
    this.#full.push(numbers);
    this.#set = new Set();
    this.#gathered = undefined;
    this.#known = new Map();
  }
}
