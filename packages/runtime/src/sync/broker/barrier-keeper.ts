import { PROCESS_ERROR_CODES } from '../../protocol/errors.js';
import type { BarrierState } from '../backend.js';
import {
  type Answer,
  type Keeper,
  NOTHING_TO_WITHDRAW,
  type User,
  unknownRequest,
  Waiters,
  type Withdraw,
} from './keeper.js';

const BROKEN: Answer = {
  code: PROCESS_ERROR_CODES.brokenBarrier,
  message: 'The barrier is broken: one of its parties gave up.',
};

/** Keeps a barrier. */
export class BarrierKeeper implements Keeper {
  readonly #parties: number;
  #isBroken = false;
  readonly #arrived = new Waiters<(answer: Answer) => void>();

  constructor(parties: number) {
    this.#parties = parties;
  }

  ask(request: string, _value: unknown, _user: User, answer: (answer: Answer) => void): Withdraw {
    switch (request) {
      case 'wait':
        return this.#wait(answer);
      case 'abort':
        this.#break();
        answer({ value: undefined });
        break;
      case 'reset':
        this.#break();
        this.#isBroken = false;
        answer({ value: undefined });
        break;
      case 'state': {
        const state: BarrierState = { parties: this.#parties, waiting: this.#arrived.size, broken: this.#isBroken };
        answer({ value: state });
        break;
      }
      default:
        answer(unknownRequest(request));
    }
    return NOTHING_TO_WITHDRAW;
  }

  /** Who waits and dies is withdrawn, and so has given up. */
  leave(): void {}

  #wait(answer: (answer: Answer) => void): Withdraw {
    if (this.#isBroken) {
      answer(BROKEN);
      return NOTHING_TO_WITHDRAW;
    }
    const withdraw = this.#arrived.add(answer);
    if (this.#arrived.size === this.#parties)
      for (const [value, arrived] of this.#arrived.all().entries()) arrived({ value });
    return () => {
      withdraw();
      this.#break();
    };
  }

  #break(): void {
    this.#isBroken = true;
    for (const arrived of this.#arrived.all()) arrived(BROKEN);
  }
}
