const HIGH = 2 ** 32;

/**
 * Words of the heap: each is a small integer, or a pointer to an object, as the lowest bit tells.
 *
 * V8 without pointer compression, as Node is built, keeps a small integer in the upper half of a word of 64 bits, and
 * adds 1 to the address of an object (`src/common/globals.h`: `kHeapObjectTag`, `SmiTagging<8>`). Addresses have 48 bits.
 */
export class Words {
  readonly #halves: Uint32Array;
  readonly #first: number;
  readonly length: number;

  /** @param first - The number of the first word in the memory that was read into. @param length - How many there are. */
  constructor(halves: Uint32Array, first: number, length: number) {
    this.#halves = halves;
    this.#first = first;
    this.length = length;
  }

  /** The small integer in a word; `undefined` where there is something else. */
  integer(index: number): number | undefined {
    return this.low(index) === 0 ? this.high(index) | 0 : undefined;
  }

  /** The pointer in a word, with its tag; `undefined` where there is something else. */
  pointer(index: number): number | undefined {
    return (this.low(index) & 3) === 1 ? this.raw(index) : undefined;
  }

  /** A word as a number, which is exact for addresses. */
  raw(index: number): number {
    return this.high(index) * HIGH + this.low(index);
  }

  low(index: number): number {
    return this.#halves[(this.#first + index) * 2] as number;
  }

  high(index: number): number {
    return this.#halves[(this.#first + index) * 2 + 1] as number;
  }

  /** Whether other words are the same. */
  equals(others: Words): boolean {
    for (let i = 0; i < this.length; i++) {
      if (this.low(i) !== others.low(i) || this.high(i) !== others.high(i)) return false;
    }
    return true;
  }
}
