import {
  type Answer,
  type Keeper,
  NOTHING_TO_WITHDRAW,
  type User,
  unknownRequest,
  Waiters,
  type Withdraw,
} from './keeper.js';

/** What a process is told that took a lock. */
export interface LockGrant {
  readonly number: number;
  readonly ownerDied: boolean;
}

interface Waiter {
  readonly user: User;
  readonly answer: (answer: Answer) => void;
}

/** Keeps a lock. */
export class LockKeeper implements Keeper {
  #holder: { readonly user: User; readonly number: number } | undefined;
  #ownerDied = false;
  #grants = 0;
  readonly #waiters = new Waiters<Waiter>();

  ask(request: string, value: unknown, user: User, answer: (answer: Answer) => void): Withdraw {
    switch (request) {
      case 'acquire':
        if (this.#holder !== undefined) return this.#waiters.add({ user, answer });
        this.#grant({ user, answer });
        break;
      case 'try':
        if (this.#holder === undefined) this.#grant({ user, answer });
        else answer({ value: undefined });
        break;
      case 'release':
        if (this.#holder?.number === value) this.#passOn(false);
        answer({ value: undefined });
        break;
      case 'locked':
        answer({ value: this.#holder !== undefined });
        break;
      default:
        answer(unknownRequest(request));
    }
    return NOTHING_TO_WITHDRAW;
  }

  leave(user: User): void {
    if (this.#holder?.user === user) this.#passOn(true);
  }

  #grant({ user, answer }: Waiter): void {
    const number = ++this.#grants;
    const ownerDied = this.#ownerDied;
    this.#holder = { user, number };
    this.#ownerDied = false;
    answer({ value: { number, ownerDied } satisfies LockGrant });
  }

  #passOn(ownerDied: boolean): void {
    this.#holder = undefined;
    this.#ownerDied = ownerDied;
    const next = this.#waiters.next();
    if (next !== undefined) this.#grant(next);
  }
}
