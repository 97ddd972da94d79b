import { claim, keepListening, offer, type Ticket } from '../../channel/broker.js';
import type { FrameChannel } from '../../channel/frame-channel.js';
import { endBeforeExit } from '../../channel/leave-taking.js';
import { onceAborted } from '../../platform/abort.js';
import { trackForFork } from '../../platform/forking.js';
import { startTimer, stopTimer } from '../../platform/timers.js';
import { PROCESS_ERROR_CODES, ProcessError, TimeoutError } from '../../protocol/errors.js';
import { FRAME } from '../../protocol/frames.js';
import type { SyncWaitOptions } from '../backend.js';
import type { Answer, Keeper, Withdraw } from './keeper.js';

/** A request on its way to a keeper; JSON. Without `what`, the request of that number is withdrawn. */
export interface Request {
  readonly number: number;
  readonly what?: string;
  readonly value?: unknown;
}

/** The answer to a request; JSON. `null` says that it was withdrawn. */
export interface Reply {
  readonly number: number;
  readonly answer: Answer | null;
}

/** A way to a keeper, from whatever process. */
export class Asking {
  #way: Way;

  constructor(way: Way) {
    this.#way = way;
    trackForFork(this, {
      beforeFork: () => void this.#way.ticket(),
      // The keeper stays where it is, and a copy of this process becomes one of its users.
      afterFork: () => {
        this.#way = wayLater(this.#way.ticket());
      },
    });
  }

  /**
   * Asks, and waits for the answer.
   *
   * @param name - How an error calls the primitive: `A lock`.
   * @throws TimeoutError; the signal's reason; the keeper's error.
   */
  async ask(what: string, value: unknown, name: string, options: SyncWaitOptions = {}): Promise<unknown> {
    const { timeoutMs = Number.POSITIVE_INFINITY, signal } = options;
    signal?.throwIfAborted();
    let withdraw: Withdraw = () => {};
    const answered = new Promise<Answer | null>((resolve, reject) => {
      withdraw = this.#way.request(what, value, resolve, reject);
    });
    const timer = timeoutMs === Number.POSITIVE_INFINITY ? undefined : startTimer(() => withdraw(), timeoutMs);
    const unfollow = signal === undefined ? undefined : onceAborted(signal, () => withdraw());
    try {
      const answer = await answered;
      if (answer === null) {
        signal?.throwIfAborted();
        throw new TimeoutError(`${name} was waited for in vain for ${timeoutMs} ms.`);
      }
      if ('code' in answer) throw new ProcessError(answer.code, answer.message);
      return answer.value;
    } finally {
      stopTimer(timer);
      unfollow?.();
    }
  }

  /** How another process reaches the keeper. */
  ticket(): Ticket {
    return this.#way.ticket();
  }
}

/** Where a keeper is: in this process, or in another one. */
export interface Way {
  ticket(): Ticket;
  /** @returns How to withdraw the request; it is answered with `null` then, unless that comes too late. */
  request(
    what: string,
    value: unknown,
    answered: (answer: Answer | null) => void,
    failed: (error: unknown) => void,
  ): Withdraw;
}

/** The way to another process, which is opened by its first use. */
function wayLater(ticket: Ticket): Way {
  let way: Way | undefined;
  return {
    ticket: () => ticket,
    request: (...request) => {
      way ??= new RemoteWay(ticket);
      return way.request(...request);
    },
  };
}

/** The way to a keeper in this process. */
export class LocalWay implements Way {
  readonly #keeper: Keeper;
  #ticket: Ticket | undefined;

  constructor(keeper: Keeper) {
    this.#keeper = keeper;
  }

  ticket(): Ticket {
    this.#ticket ??= offer({ accept: (channel) => serve(this.#keeper, channel) });
    return this.#ticket;
  }

  request(what: string, value: unknown, answered: (answer: Answer | null) => void): Withdraw {
    let isOver = false;
    const end = (answer: Answer | null): void => {
      if (isOver) return;
      isOver = true;
      keepListening(false);
      answered(answer);
    };
    // Whom others can reach stays alive while it waits: they may end the wait.
    keepListening(true);
    const withdraw = this.#keeper.ask(what, value, this, end);
    return () => {
      if (isOver) return;
      withdraw();
      end(null);
    };
  }
}

/** The way to a keeper in another process. One channel serves everybody here. */
export class RemoteWay implements Way {
  readonly #ticket: Ticket;
  readonly #channel: FrameChannel;
  readonly #waiting = new Map<number, { answered(answer: Answer | null): void; failed(error: unknown): void }>();
  #last = 0;

  constructor(ticket: Ticket) {
    this.#ticket = ticket;
    this.#channel = claim(ticket);
    this.#channel.unref();
    this.#channel.setHandler({
      onFrame: (kind, body) => {
        if (kind === FRAME.reply) this.#onReply(JSON.parse(Buffer.from(body).toString()) as Reply);
      },
      onEnd: (error) => {
        for (const { failed } of this.#waiting.values()) failed(goneError(error));
        this.#waiting.clear();
      },
    });
    endBeforeExit(this.#channel);
  }

  ticket(): Ticket {
    return this.#ticket;
  }

  request(
    what: string,
    value: unknown,
    answered: (answer: Answer | null) => void,
    failed: (error: unknown) => void,
  ): Withdraw {
    if (!this.#channel.isOpen) {
      failed(goneError());
      return () => {};
    }
    const number = ++this.#last;
    this.#waiting.set(number, { answered, failed });
    this.#channel.ref();
    this.#send({ number, what, value });
    return () => {
      if (this.#waiting.has(number)) this.#send({ number });
    };
  }

  #send(request: Request): void {
    this.#channel.send(FRAME.request, Buffer.from(JSON.stringify(request)), undefined, true);
  }

  #onReply({ number, answer }: Reply): void {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (this.#waiting.size === 0) this.#channel.unref();
    waiting?.answered(answer);
  }
}

/** Serves another process that came to a keeper. */
function serve(keeper: Keeper, channel: FrameChannel): void {
  const wishes = new Map<number, Withdraw>();
  // A primitive that nobody here waits for does not keep its process alive.
  channel.unref();
  const reply = (number: number, answer: Answer | null): void => {
    wishes.delete(number);
    const text = JSON.stringify({ number, answer } satisfies Reply);
    channel.send(FRAME.reply, Buffer.from(text), undefined, true);
  };
  channel.setHandler({
    onFrame: (kind, body) => {
      if (kind !== FRAME.request) return;
      const { number, what, value } = JSON.parse(Buffer.from(body).toString()) as Request;
      if (what === undefined) {
        const withdraw = wishes.get(number);
        if (withdraw === undefined) return;
        withdraw();
        return reply(number, null);
      }
      // Registered first: the wish may be granted at once.
      wishes.set(number, () => {});
      const withdraw = keeper.ask(what, value, channel, (answer) => reply(number, answer));
      if (wishes.has(number)) wishes.set(number, withdraw);
    },
    onEnd: () => {
      for (const withdraw of wishes.values()) withdraw();
      wishes.clear();
      keeper.leave(channel);
      channel.destroy();
    },
  });
}

function goneError(cause?: Error): ProcessError {
  return new ProcessError(
    PROCESS_ERROR_CODES.brokenPipe,
    'The process in which the primitive was made is gone, and the primitive with it.',
    cause === undefined ? undefined : { cause },
  );
}
