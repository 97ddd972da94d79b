// What keeps a primitive for the others, in the process that made it: state machines that know no channel.
import { PROCESS_ERROR_CODES } from '../../protocol/errors.js';

/** One process that uses a primitive: what it holds is known by it. */
export type User = object;

/** How a request ended. */
export type Answer = { readonly value: unknown } | { readonly code: string; readonly message: string };

/** Takes back a request that was not answered. */
export type Withdraw = () => void;

/** The state of one primitive. */
export interface Keeper {
  /**
   * Carries a request out, now or later.
   *
   * @param answer - Called once, unless the request is withdrawn.
   * @returns How to withdraw it.
   */
  ask(request: string, value: unknown, user: User, answer: (answer: Answer) => void): Withdraw;
  /** A process is gone, with all that it holds. */
  leave(user: User): void;
}

/** For requests that were answered at once. */
export const NOTHING_TO_WITHDRAW: Withdraw = () => {};

/** The answer to a request that this kind of primitive does not know. */
export function unknownRequest(request: string): Answer {
  return { code: PROCESS_ERROR_CODES.protocol, message: `A primitive was asked to ${JSON.stringify(request)}.` };
}

/** Those who wait, first come first served. */
export class Waiters<T> {
  readonly #waiting = new Set<T>();

  get size(): number {
    return this.#waiting.size;
  }

  /** @returns How to leave the queue. */
  add(waiter: T): Withdraw {
    this.#waiting.add(waiter);
    return () => void this.#waiting.delete(waiter);
  }

  /** Takes out who has waited longest. */
  next(): T | undefined {
    for (const waiter of this.#waiting) {
      this.#waiting.delete(waiter);
      return waiter;
    }
    return undefined;
  }

  /** Takes out everybody. */
  all(): T[] {
    const everybody = [...this.#waiting];
    this.#waiting.clear();
    return everybody;
  }
}
