import { keepListening } from '../channel/broker.js';
import { onceAborted } from '../platform/abort.js';
import { startTimer, stopTimer } from '../platform/timers.js';
import type { QueueClient } from './queue-client.js';
import type { Withdraw } from './queue-server.js';

/** How long to wait. */
export interface WaitOptions {
  /** Whether to wait at all. @defaultValue true */
  readonly block?: boolean | undefined;
  /** How long at most, in milliseconds. @defaultValue Infinity */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait: the call rejects with the signal's reason, and takes or adds nothing. */
  readonly signal?: AbortSignal | undefined;
}

/** How many waits of this process for queues of its own, which others can reach, have not ended. */
let waitsHere = 0;

function waitMs({ block = true, timeoutMs = Number.POSITIVE_INFINITY }: WaitOptions): number {
  return block ? Math.max(0, timeoutMs) : 0;
}

/**
 * A wait for a queue of this process. Where others can reach the queue, the process stays alive meanwhile: they may come
 * and put something. Where nobody can, only this process could end the wait, and it lives on for other reasons if at all.
 */
export class Wait<V> {
  /** The value, or undefined when the time is over. */
  readonly ended: Promise<V | undefined>;
  #isOver = false;
  #keepsAlive = false;
  #end: (settle: () => void) => void = () => {};
  #fail: (error: unknown) => void = () => {};

  constructor(ask: (done: (value: V) => void) => Withdraw, options: WaitOptions = {}) {
    const { signal } = options;
    const ms = waitMs(options);
    this.ended = new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        this.#isOver = true;
        return reject(signal.reason);
      }
      let release = () => {};
      const withdraw = ask((value) => {
        this.#isOver = true;
        release();
        resolve(value);
      });
      if (this.#isOver) return;
      this.#end = (settle) => {
        if (this.#isOver) return;
        this.#isOver = true;
        withdraw();
        release();
        settle();
      };
      this.#fail = reject;
      if (ms <= 0) return this.#end(() => resolve(undefined));
      const timer =
        ms === Number.POSITIVE_INFINITY ? undefined : startTimer(() => this.#end(() => resolve(undefined)), ms);
      const unfollow = signal === undefined ? undefined : onceAborted(signal, () => this.fail(signal.reason));
      release = () => {
        stopTimer(timer);
        unfollow?.();
        if (this.#keepsAlive && --waitsHere === 0) keepListening(false);
      };
    });
  }

  /** Others can end the wait from now on: it keeps the process alive. */
  keepAlive(): void {
    if (this.#isOver || this.#keepsAlive) return;
    this.#keepsAlive = true;
    if (++waitsHere === 1) keepListening(true);
  }

  /** Ends the wait with an error; what was asked for is withdrawn. */
  fail(error: unknown): void {
    this.#end(() => this.#fail(error));
  }
}

/** Waits for a reply; the request is withdrawn when the time is over or the signal is aborted. */
export async function withdrawAfter<R>(
  client: QueueClient,
  request: number,
  reply: Promise<R>,
  options: WaitOptions,
): Promise<R> {
  const ms = waitMs(options);
  const withdraw = () => client.withdraw(request);
  const timer = ms === Number.POSITIVE_INFINITY ? undefined : startTimer(withdraw, ms);
  const unfollow = options.signal === undefined ? undefined : onceAborted(options.signal, withdraw);
  try {
    return await reply;
  } finally {
    stopTimer(timer);
    unfollow?.();
  }
}
