import {
  type Answer,
  type Keeper,
  NOTHING_TO_WITHDRAW,
  type User,
  unknownRequest,
  Waiters,
  type Withdraw,
} from './keeper.js';

/** Keeps an event. */
export class EventKeeper implements Keeper {
  #isSet = false;
  readonly #waiters = new Waiters<(answer: Answer) => void>();

  ask(request: string, value: unknown, _user: User, answer: (answer: Answer) => void): Withdraw {
    switch (request) {
      case 'wait':
        if (!this.#isSet) return this.#waiters.add(answer);
        answer({ value: undefined });
        break;
      case 'change':
        this.#isSet = value === true;
        if (this.#isSet) for (const waiter of this.#waiters.all()) waiter({ value: undefined });
        answer({ value: undefined });
        break;
      case 'isSet':
        answer({ value: this.#isSet });
        break;
      default:
        answer(unknownRequest(request));
    }
    return NOTHING_TO_WITHDRAW;
  }

  leave(): void {}
}
