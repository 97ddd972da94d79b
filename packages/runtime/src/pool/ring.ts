/** A first-in, first-out queue whose operations take constant time at any length, unlike those of an array. */
export class Ring<T> {
  #items: (T | undefined)[] = new Array(64);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    if (this.#length === this.#items.length) this.#grow();
    this.#items[(this.#head + this.#length++) & (this.#items.length - 1)] = item;
  }

  /** Adds in front of everything. */
  unshift(item: T): void {
    if (this.#length === this.#items.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#items.length - 1);
    this.#items[this.#head] = item;
    this.#length++;
  }

  peek(): T | undefined {
    return this.#length === 0 ? undefined : this.#items[this.#head];
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#items.length - 1);
    // A burst must not hold its memory for good.
    if (--this.#length === 0 && this.#items.length > 4096) {
      this.#items = new Array(64);
      this.#head = 0;
    }
    return item;
  }

  /** Takes everything out, in order. */
  drain(): T[] {
    const all: T[] = [];
    for (let item = this.shift(); item !== undefined; item = this.shift()) all.push(item);
    return all;
  }

  #grow(): void {
    const { length } = this.#items;
    const larger = new Array<T | undefined>(length * 2);
    for (let i = 0; i < length; i++) larger[i] = this.#items[(this.#head + i) & (length - 1)];
    this.#items = larger;
    this.#head = 0;
  }
}
