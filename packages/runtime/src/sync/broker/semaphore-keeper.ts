import { PROCESS_ERROR_CODES } from '../../protocol/errors.js';
import {
  type Answer,
  type Keeper,
  NOTHING_TO_WITHDRAW,
  type User,
  unknownRequest,
  Waiters,
  type Withdraw,
} from './keeper.js';

/** Keeps a semaphore. */
export class SemaphoreKeeper implements Keeper {
  #permits: number;
  readonly #bound: number;
  readonly #waiters = new Waiters<(answer: Answer) => void>();

  /** @param bound - The most permits; 0 for no bound. */
  constructor(permits: number, bound: number) {
    this.#permits = permits;
    this.#bound = bound === 0 ? 0x7fff_ffff : bound;
  }

  ask(request: string, value: unknown, _user: User, answer: (answer: Answer) => void): Withdraw {
    switch (request) {
      case 'acquire':
        if (this.#permits === 0) return this.#waiters.add(answer);
        this.#permits--;
        answer({ value: undefined });
        break;
      case 'try':
        answer({ value: this.#permits > 0 });
        if (this.#permits > 0) this.#permits--;
        break;
      case 'release':
        answer(this.#release(Number(value)));
        break;
      case 'value':
        answer({ value: this.#permits });
        break;
      default:
        answer(unknownRequest(request));
    }
    return NOTHING_TO_WITHDRAW;
  }

  /** A permit is nobody's: others may give it back. */
  leave(): void {}

  #release(count: number): Answer {
    if (!(count >= 1) || this.#permits + count > this.#bound)
      return {
        code: PROCESS_ERROR_CODES.notHeld,
        message: `${count} permits cannot be given back to a semaphore that has ${this.#permits} of at most ${this.#bound}.`,
      };
    this.#permits += count;
    while (this.#permits > 0 && this.#waiters.size > 0) {
      this.#permits--;
      this.#waiters.next()?.({ value: undefined });
    }
    return { value: undefined };
  }
}
