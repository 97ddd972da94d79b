// Ends of pipes that a copy of this process has without having been given them: its target has captured them, for one. As
// after any fork(2), an end works on whichever side uses it; but here on one side only, the one that uses it first.
import type { ForkAware } from '../platform/forking.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { FRAME } from '../protocol/frames.js';
import { claim, offer, type Ticket, withdraw } from './broker.js';
import { movedError } from './connection-errors.js';
import type { FrameChannel } from './frame-channel.js';
import { relay } from './relay.js';

/** An end of a pipe, as the fork sees it. */
export interface Heirloom {
  /** Whether it is this process's, and nobody has used it here. */
  isUnused(): boolean;
  /** In the parent: a copy has used it first. It is gone here. */
  give(): FrameChannel;
  /** In a copy: by what it is claimed at its first use; `undefined` where it is the parent's. */
  inherit(inheritance: Inheritance | undefined): void;
}

const NOTHING = new Uint8Array(0);

/** Lets the copies of this process have an end, for as long as there are any. */
export function bequeath(end: Heirloom): ForkAware {
  let ticket: Ticket | undefined;
  let heirs = 0;
  return {
    beginCopy: () => {
      if (!end.isUnused()) {
        ticket = undefined;
        return undefined;
      }
      heirs++;
      ticket ??= offer({ accept: (channel) => answer(end, channel) });
      const promised = ticket;
      return () => {
        if (--heirs > 0) return;
        withdraw(promised);
        ticket = undefined;
      };
    },
    afterFork: () => {
      end.inherit(ticket && new Inheritance(ticket));
      heirs = 0;
      ticket = undefined;
    },
  };
}

function answer(end: Heirloom, channel: FrameChannel): void {
  if (end.isUnused()) {
    channel.send(FRAME.granted, NOTHING);
    relay(end.give(), channel);
  } else {
    channel.send(FRAME.refused, NOTHING);
    channel.finish();
  }
}

/** An end that a copy has inherited. */
export class Inheritance {
  readonly #ticket: Ticket;
  #granted: Promise<void> | undefined;

  constructor(ticket: Ticket) {
    this.#ticket = ticket;
  }

  /** Until it is settled whose the end is: rejected with `MP_MOVED` where the parent, or another copy, has used it before. */
  get granted(): Promise<void> | undefined {
    return this.#granted;
  }

  /**
   * Asks the process that the end belongs to for it.
   *
   * @returns A channel that takes what is sent at once, and delivers it when the end is granted.
   */
  claim(onRefused: (error: ProcessError) => void): FrameChannel {
    let settle: (error?: ProcessError) => void = () => {};
    this.#granted = new Promise((resolve, reject) => {
      settle = (error) => (error === undefined ? resolve() : reject(error));
    });
    const claimed = claim(this.#ticket, {
      onFrame: (kind) => {
        if (kind !== FRAME.granted) return settle(movedError());
        // At once: the next frame may have come with it.
        claimed.release();
        settle();
      },
      onEnd: (cause) => settle(ownerGone(cause)),
    });
    this.#granted.then(
      () => {
        this.#granted = undefined;
      },
      (error: ProcessError) => {
        claimed.destroy();
        onRefused(error);
      },
    );
    return claimed;
  }
}

function ownerGone(cause: Error | undefined): ProcessError {
  return new ProcessError(
    PROCESS_ERROR_CODES.brokenPipe,
    'The process from which this one was forked is gone, and this end of the connection with it.',
    cause === undefined ? undefined : { cause },
  );
}
