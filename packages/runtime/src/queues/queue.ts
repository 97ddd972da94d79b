import { keepListening, type Ticket } from '../channel/broker.js';
import { decodePayload, encodeWhenPrepared, Later, type Marshal, payloadOf } from '../channel/marshal.js';
import { startTimer, stopTimer } from '../platform/timers.js';
import { PROCESS_ERROR_CODES, ProcessError, QueueEmpty, QueueFull, TimeoutError } from '../protocol/errors.js';
import { QueueClient } from './queue-client.js';
import { hostQueue } from './queue-host.js';
import { QUEUE_REPLY, QUEUE_REQUEST } from './queue-protocol.js';
import { type QueueItem, QueueServer, type Withdraw } from './queue-server.js';

/** How long to wait. */
export interface WaitOptions {
  /** Whether to wait at all. @defaultValue true */
  readonly block?: boolean | undefined;
  /** How long at most, in milliseconds. @defaultValue Infinity */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait: the call rejects with the signal's reason, and takes or adds nothing. */
  readonly signal?: AbortSignal | undefined;
}

/** How long to wait until everything is done. */
export type JoinOptions = Pick<WaitOptions, 'timeoutMs' | 'signal'>;

/** How another process finds the queue. */
export interface QueueData {
  readonly ticket: Ticket;
  readonly maxSize: number;
}

/** Where a queue is: in this process, or in another one. */
type Place = { readonly server: QueueServer } | { readonly client: QueueClient };

/** Tickets of queues that are being revived: a constructor that finds one makes the client of that queue. */
const arrivals: Ticket[] = [];

/** How many waits of this process for queues of its own, which others can reach, have not ended. */
let waitsHere = 0;

let reduceQueue: (queue: BaseQueue) => QueueData;
let markDone: (queue: BaseQueue) => Promise<boolean>;
let waitForDone: (queue: BaseQueue, options: JoinOptions) => Promise<void>;

/**
 * A queue for any number of producers and consumers in any processes. It can be sent to them at any time: as an argument,
 * in a result, in another queue.
 *
 * It lives in the process that made it. An item is safe there as soon as `put` has resolved: its producer may end, and
 * nothing has to be read before it can.
 */
export class BaseQueue<T = unknown> implements AsyncIterable<T> {
  /** @internal Set by the context to which the class belongs. */
  static origin: () => Marshal = () => {
    throw new ProcessError(PROCESS_ERROR_CODES.state, 'This class of queues belongs to no context.');
  };

  readonly #marshal: Marshal;
  readonly #maxSize: number;
  readonly #place: Place;
  #ticket: Ticket | undefined;
  #isClosed = false;
  /** Puts that were sent and not confirmed. */
  readonly #unconfirmed = new Set<Promise<unknown>>();
  /** Waits of this process for a queue of its own. */
  readonly #waits = new Set<Wait<unknown>>();
  /** Ends the gets that wait when the queue is closed. */
  readonly #onClose = new Set<() => void>();

  /** @param maxSize - So many items at most; then `put` waits. Without, or with 0, there is no limit. */
  constructor(maxSize = 0) {
    if (!Number.isInteger(maxSize))
      throw new ProcessError(PROCESS_ERROR_CODES.argument, `The size of a queue is an integer, not ${maxSize}.`);
    this.#marshal = (new.target as typeof BaseQueue).origin();
    this.#maxSize = maxSize > 0 ? maxSize : Number.POSITIVE_INFINITY;
    const arriving = arrivals.pop();
    this.#ticket = arriving;
    this.#place =
      arriving === undefined ? { server: new QueueServer(this.#maxSize) } : { client: new QueueClient(arriving) };
  }

  /**
   * Puts an item. It is read during the call: later changes do not reach the queue.
   *
   * @returns A promise that resolves when the queue has it.
   * @throws SerializeError where the item cannot travel.
   * @throws QueueFull where there is no room, or none in the time given.
   */
  async put(item: T, options: WaitOptions = {}): Promise<void> {
    this.#checkOpen();
    const encoded = encodeWhenPrepared(this.#marshal, item, 'item');
    const { body, buffers } = encoded instanceof Later ? await encoded.promise : encoded;
    const putting = this.#put({ body, buffers }, options);
    this.#unconfirmed.add(putting);
    try {
      if (!(await putting)) throw new QueueFull();
    } finally {
      this.#unconfirmed.delete(putting);
    }
  }

  /** {@link put} without waiting for room. */
  putNowait(item: T): Promise<void> {
    return this.put(item, { block: false });
  }

  /**
   * Gets the next item.
   *
   * @throws QueueEmpty where there is none, or none in the time given.
   * @throws ProcessError with code `MP_CLOSED` when this process closes the queue meanwhile.
   */
  async get(options: WaitOptions = {}): Promise<T> {
    this.#checkOpen();
    const item = await this.#get(options);
    if (item === undefined) throw new QueueEmpty();
    const value = decodePayload(this.#marshal, payloadOf(item.body, item.buffers));
    return (value instanceof Later ? await value.promise : value) as T;
  }

  /** {@link get} without waiting for an item. */
  getNowait(): Promise<T> {
    return this.get({ block: false });
  }

  /** How many items there are. It may have changed when the answer is here. */
  async qsize(): Promise<number> {
    const place = this.#place;
    if ('server' in place) return place.server.size;
    const { item } = await place.client.ask(QUEUE_REQUEST.size).reply;
    return Buffer.from(item.body).readUInt32LE(0);
  }

  /** Whether there is no item. It may have changed when the answer is here. */
  async empty(): Promise<boolean> {
    return (await this.qsize()) === 0;
  }

  /** Whether there is no room. It may have changed when the answer is here. */
  async full(): Promise<boolean> {
    return (await this.qsize()) >= this.#maxSize;
  }

  /** This process puts and gets no more: gets that wait fail, puts go on. The others may. */
  close(): void {
    this.#isClosed = true;
    for (const end of [...this.#onClose]) end();
  }

  /** Waits until everything that this process has put is safe in the queue. Only after {@link close}. */
  async joinThread(): Promise<void> {
    if (!this.#isClosed)
      throw new ProcessError(PROCESS_ERROR_CODES.state, 'The queue is open: close() it, then joinThread().');
    await Promise.allSettled(this.#unconfirmed);
  }

  /** Items as they come, without end: leave the loop by `break`, or when an item says so. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) yield await this.get();
  }

  static {
    reduceQueue = (queue) => {
      queue.#checkOpen();
      const place = queue.#place;
      queue.#ticket ??= 'server' in place ? hostQueue(place.server) : place.client.ticket;
      // From now on, others may end them.
      for (const wait of queue.#waits) wait.keepAlive();
      return { ticket: queue.#ticket, maxSize: queue.#maxSize };
    };
    markDone = async (queue) => {
      const place = queue.#place;
      if ('server' in place) return place.server.taskDone();
      const { answer } = await place.client.ask(QUEUE_REQUEST.taskDone).reply;
      return answer === QUEUE_REPLY.done;
    };
    waitForDone = async (queue, options) => {
      const place = queue.#place;
      let isDone: boolean;
      if ('client' in place) {
        options.signal?.throwIfAborted();
        const { request, reply } = place.client.ask(QUEUE_REQUEST.join);
        const { answer } = await withdrawAfter(place.client, request, reply, options);
        isDone = answer === QUEUE_REPLY.done;
      } else
        isDone = (await queue.#wait(new Wait<true>((done) => place.server.join(() => done(true)), options))) ?? false;
      if (isDone) return;
      options.signal?.throwIfAborted();
      throw new TimeoutError(`The items of the queue were not done within ${options.timeoutMs} ms.`);
    };
  }

  async #wait<V>(wait: Wait<V>): Promise<V | undefined> {
    if (this.#ticket !== undefined) wait.keepAlive();
    this.#waits.add(wait);
    try {
      return await wait.ended;
    } finally {
      this.#waits.delete(wait);
    }
  }

  async #put(item: QueueItem, options: WaitOptions): Promise<boolean> {
    const place = this.#place;
    if ('server' in place) {
      const wait = new Wait<true>((done) => place.server.put(item, () => done(true)), options);
      return (await this.#wait(wait)) ?? false;
    }
    options.signal?.throwIfAborted();
    const { request, reply } = place.client.ask(QUEUE_REQUEST.put, item);
    const { answer } = await withdrawAfter(place.client, request, reply, options);
    if (answer !== QUEUE_REPLY.done) options.signal?.throwIfAborted();
    return answer === QUEUE_REPLY.done;
  }

  async #get(options: WaitOptions): Promise<QueueItem | undefined> {
    const place = this.#place;
    if ('server' in place) {
      const wait = new Wait<QueueItem>((done) => place.server.get(done), options);
      return this.#untilClosed(() => wait.fail(closedError()), this.#wait(wait));
    }
    options.signal?.throwIfAborted();
    const { request, reply } = place.client.ask(QUEUE_REQUEST.get);
    const answered = withdrawAfter(place.client, request, reply, options);
    const { answer, item } = await this.#untilClosed(() => place.client.withdraw(request), answered);
    if (answer === QUEUE_REPLY.item) return item;
    options.signal?.throwIfAborted();
    this.#checkOpen();
    return undefined;
  }

  async #untilClosed<R>(end: () => void, waiting: Promise<R>): Promise<R> {
    this.#onClose.add(end);
    try {
      return await waiting;
    } finally {
      this.#onClose.delete(end);
    }
  }

  #checkOpen(): void {
    if (this.#isClosed) throw closedError();
  }
}

/** A queue whose consumers say when they have done an item, and on which one can wait until all are done. */
export class BaseJoinableQueue<T = unknown> extends BaseQueue<T> {
  /**
   * An item that was got is done.
   *
   * @throws ProcessError where more items are reported as done than were put.
   */
  async taskDone(): Promise<void> {
    if (await markDone(this as BaseQueue)) return;
    throw new ProcessError(PROCESS_ERROR_CODES.state, 'taskDone() was called more often than items were put.');
  }

  /**
   * Waits until every item that was put is done.
   *
   * @throws TimeoutError where they are not done in the time given.
   */
  join(options: JoinOptions = {}): Promise<void> {
    return waitForDone(this as BaseQueue, options);
  }
}

/** A queue under the name of Python's smallest one. Here it can do everything that the others can. */
export class BaseSimpleQueue<T = unknown> extends BaseQueue<T> {}

/** Says how another process finds a queue. */
export function describeQueue(queue: BaseQueue): QueueData {
  return reduceQueue(queue);
}

/** Makes the queue of another process usable here. */
export function connectQueue<Q extends BaseQueue>(
  queueClass: new (maxSize?: number) => Q,
  { ticket, maxSize }: QueueData,
): Q {
  arrivals.push(ticket);
  return new queueClass(maxSize === Number.POSITIVE_INFINITY ? 0 : maxSize);
}

function waitMs({ block = true, timeoutMs = Number.POSITIVE_INFINITY }: WaitOptions): number {
  return block ? Math.max(0, timeoutMs) : 0;
}

/**
 * A wait for a queue of this process. Where others can reach the queue, the process stays alive meanwhile: they may come
 * and put something. Where nobody can, only this process could end the wait, and it lives on for other reasons if at all.
 */
class Wait<V> {
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
      const abort = () => this.fail(signal?.reason);
      signal?.addEventListener('abort', abort, { once: true });
      release = () => {
        stopTimer(timer);
        signal?.removeEventListener('abort', abort);
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

async function withdrawAfter<R>(
  client: QueueClient,
  request: number,
  reply: Promise<R>,
  options: WaitOptions,
): Promise<R> {
  const ms = waitMs(options);
  const withdraw = () => client.withdraw(request);
  const timer = ms === Number.POSITIVE_INFINITY ? undefined : startTimer(withdraw, ms);
  options.signal?.addEventListener('abort', withdraw, { once: true });
  try {
    return await reply;
  } finally {
    stopTimer(timer);
    options.signal?.removeEventListener('abort', withdraw);
  }
}

function closedError(): ProcessError {
  return new ProcessError(PROCESS_ERROR_CODES.closed, 'The queue is closed.');
}
