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

  pushAll(items: readonly T[]): void {
    while (this.#length + items.length > this.#items.length) this.#grow();
    const all = this.#items;
    const mask = all.length - 1;
    let at = this.#head + this.#length;
    for (let i = 0; i < items.length; i++) all[at++ & mask] = items[i] as T;
    this.#length += items.length;
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
    if (--this.#length === 0) this.#clear();
    return item;
  }

  /** The item so many places behind the first, where there are that many. */
  at(index: number): T | undefined {
    return this.#items[(this.#head + index) & (this.#items.length - 1)];
  }

  /** Takes out the first items, of which there are as many, and adds them to others. */
  moveTo(others: T[], count: number): void {
    const items = this.#items;
    const mask = items.length - 1;
    let at = this.#head;
    for (const end = at + count; at < end; at++) {
      others.push(items[at & mask] as T);
      items[at & mask] = undefined;
    }
    this.#head = at & mask;
    this.#length -= count;
    if (this.#length === 0) this.#clear();
  }

  /** Takes everything out, in order. */
  drain(): T[] {
    const all: T[] = [];
    for (let item = this.shift(); item !== undefined; item = this.shift()) all.push(item);
    return all;
  }

  /** A burst must not hold its memory for good. */
  #clear(): void {
    if (this.#items.length <= 4096) return;
    this.#items = new Array(64);
    this.#head = 0;
  }

  #grow(): void {
    const { length } = this.#items;
    const larger = new Array<T | undefined>(length * 2);
    for (let i = 0; i < length; i++) larger[i] = this.#items[(this.#head + i) & (length - 1)];
    this.#items = larger;
    this.#head = 0;
  }
}
