import { type Answer, type Keeper, NOTHING_TO_WITHDRAW, type User, unknownRequest, type Withdraw } from './keeper.js';

interface Place {
  readonly user: User;
  isNotified: boolean;
  answer: ((answer: Answer) => void) | undefined;
}

/**
 * Keeps those who wait for a condition. Who waits enters while it holds the lock, releases the lock, and then awaits its
 * turn: a notification in between counts.
 */
export class ConditionKeeper implements Keeper {
  readonly #places = new Map<number, Place>();
  #entries = 0;

  ask(request: string, value: unknown, user: User, answer: (answer: Answer) => void): Withdraw {
    switch (request) {
      case 'enter':
        this.#places.set(++this.#entries, { user, isNotified: false, answer: undefined });
        answer({ value: this.#entries });
        break;
      case 'await':
        return this.#await(Number(value), answer);
      case 'notify':
        this.#notify(value === null ? Number.POSITIVE_INFINITY : Number(value));
        answer({ value: undefined });
        break;
      default:
        answer(unknownRequest(request));
    }
    return NOTHING_TO_WITHDRAW;
  }

  leave(user: User): void {
    for (const [entry, place] of this.#places) if (place.user === user) this.#places.delete(entry);
  }

  #await(entry: number, answer: (answer: Answer) => void): Withdraw {
    const place = this.#places.get(entry);
    if (place === undefined || place.isNotified) {
      this.#places.delete(entry);
      answer({ value: undefined });
      return NOTHING_TO_WITHDRAW;
    }
    place.answer = answer;
    return () => void this.#places.delete(entry);
  }

  #notify(count: number): void {
    let left = count;
    for (const [entry, place] of this.#places) {
      if (left <= 0) return;
      if (place.isNotified) continue;
      left--;
      place.isNotified = true;
      if (place.answer === undefined) continue;
      this.#places.delete(entry);
      place.answer({ value: undefined });
    }
  }
}
