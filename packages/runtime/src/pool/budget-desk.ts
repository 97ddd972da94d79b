import type { FrameChannel } from '../channel/frame-channel.js';
import { budget, type WithdrawRequest } from '../platform/budget.js';
import { FRAME } from '../protocol/frames.js';

/** Passes on what one worker's nested pools ask of the family's budget, and takes all of it back when the worker is gone. */
export class BudgetDesk {
  readonly #channel: FrameChannel;
  readonly #requests = new Set<WithdrawRequest>();
  #granted = 0;

  constructor(channel: FrameChannel) {
    this.#channel = channel;
  }

  ask(): void {
    // It may be granted at once.
    let withdraw: WithdrawRequest | undefined;
    let isGranted = false;
    withdraw = budget().request(() => {
      isGranted = true;
      if (withdraw !== undefined) this.#requests.delete(withdraw);
      this.#granted++;
      this.#channel.send(FRAME.grant, new Uint8Array(0));
    });
    if (!isGranted) this.#requests.add(withdraw);
  }

  release(): void {
    if (this.#granted === 0) return;
    this.#granted--;
    budget().release();
  }

  /** The worker is gone. */
  close(): void {
    for (const withdraw of this.#requests) withdraw();
    this.#requests.clear();
    while (this.#granted > 0) this.release();
  }
}
