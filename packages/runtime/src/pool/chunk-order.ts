/** Puts chunks that come in any order back into the order of their items. */
export class ChunkOrder<C> {
  readonly #early = new Map<number, { readonly length: number; readonly chunk: C }>();
  #next = 0;

  /**
   * A chunk is there.
   *
   * @param first - The position of its first item.
   * @param length - How many items it has.
   * @returns The chunks whose turn it is now, in order.
   */
  add(first: number, length: number, chunk: C): C[] {
    if (first !== this.#next) {
      this.#early.set(first, { length, chunk });
      return [];
    }
    this.#next += length;
    const inTurn = [chunk];
    for (let held = this.#early.get(this.#next); held !== undefined; held = this.#early.get(this.#next)) {
      this.#early.delete(this.#next);
      this.#next += held.length;
      inTurn.push(held.chunk);
    }
    return inTurn;
  }
}
