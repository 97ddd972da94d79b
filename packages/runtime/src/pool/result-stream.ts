import { Ring } from './ring.js';
import type { ItemOutcome } from './task.js';

/** What feeds a {@link ResultStream}. */
export interface StreamSource {
  /** The consumer took an item, and can take another. */
  onConsumed(): void;
  /** The consumer wants no more. */
  onStop(): void;
}

interface Taker<T> {
  resolve(result: IteratorResult<T, void>): void;
  reject(error: unknown): void;
}

/**
 * Results, in the order in which they were added. An item that failed rejects its own `next()`; the items after it can
 * still be taken, as in Python. A `for await` loop ends at the first failure.
 */
export class ResultStream<T> implements AsyncIterableIterator<T, void, undefined> {
  readonly #source: StreamSource;
  readonly #items = new Ring<ItemOutcome>();
  readonly #takers: Taker<T>[] = [];
  #isEnded = false;

  constructor(source: StreamSource) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, void>> {
    const item = this.#takers.length === 0 ? this.#items.peek() : undefined;
    if (item?.ok === true) {
      this.#items.shift();
      this.#source.onConsumed();
      return Promise.resolve({ done: false, value: item.value as T });
    }
    return new Promise((resolve, reject) => {
      this.#takers.push({ resolve, reject });
      this.#pump();
    });
  }

  async return(): Promise<IteratorResult<T, void>> {
    if (!this.#isEnded) {
      this.#isEnded = true;
      this.#items.drain();
      this.#source.onStop();
    }
    this.#pump();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** @internal */
  add(outcomes: readonly ItemOutcome[]): void {
    if (this.#isEnded) return;
    for (let i = 0; i < outcomes.length; i++) this.#items.push(outcomes[i] as ItemOutcome);
    this.#pump();
  }

  /** @internal Nothing will be added any more. */
  end(): void {
    this.#isEnded = true;
    this.#pump();
  }

  #pump(): void {
    while (this.#takers.length > 0) {
      const item = this.#items.shift();
      if (item === undefined) break;
      const taker = this.#takers.shift() as Taker<T>;
      if (item.ok) taker.resolve({ done: false, value: item.value as T });
      else taker.reject(item.error);
      this.#source.onConsumed();
    }
    if (this.#isEnded && this.#items.length === 0)
      for (const taker of this.#takers.splice(0)) taker.resolve({ done: true, value: undefined });
  }
}
