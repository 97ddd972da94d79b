import type { Ticket } from '../channel/broker.js';
import { Later, type Marshal } from '../channel/marshal.js';
import { whenArrived } from '../channel/unanswered.js';
import { trackForFork } from '../platform/forking.js';
import { PROCESS_ERROR_CODES, ProcessError, QueueEmpty, QueueFull, TimeoutError } from '../protocol/errors.js';
import { decodeItem, encodeItem } from './item-encoding.js';
import { QueueClient } from './queue-client.js';
import { hostQueue } from './queue-host.js';
import { QUEUE_REPLY, QUEUE_REQUEST } from './queue-protocol.js';
import { type QueueItem, QueueServer } from './queue-server.js';
import { Wait, type WaitOptions, withdrawAfter } from './waits.js';

/** How long to wait until everything is done. */
export type JoinOptions = Pick<WaitOptions, 'timeoutMs' | 'signal'>;

/** How another process finds the queue. */
export interface QueueData {
  readonly ticket: Ticket;
  readonly maxSize: number;
}

/** Where a queue is: in this process, or in another one. */
type Place = { readonly server: QueueServer } | { readonly client: QueueClient };

const NO_OPTIONS: WaitOptions = Object.freeze({});

/** Tickets of queues that are being revived: a constructor that finds one makes the client of that queue. */
const arrivals: Ticket[] = [];

let reduceQueue: (queue: BaseQueue) => QueueData;
let markDone: (queue: BaseQueue) => Promise<boolean>;
let waitForDone: (queue: BaseQueue, options: JoinOptions) => Promise<void>;

/**
 * A queue for any number of producers and consumers in any processes. It can be sent to them at any time: as an argument,
 * in a result, in another queue.
 *
 * It lives in the process that made it. When `put` has resolved, its producer may end: nothing has to be read before it
 * can, and nothing is lost.
 */
export class BaseQueue<T = unknown> implements AsyncIterable<T> {
  /** @internal Set by the context to which the class belongs. */
  static origin: () => Marshal = () => {
    throw new ProcessError(PROCESS_ERROR_CODES.state, 'This class of queues belongs to no context.');
  };

  readonly #marshal: Marshal;
  readonly #maxSize: number;
  #place: Place;
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
    trackForFork(this, {
      beforeFork: () => {
        if (!this.#isClosed) describeQueue(this as BaseQueue);
      },
      // The queue stays where it is, and a copy of this process becomes one of its users.
      afterFork: () => {
        if (this.#ticket !== undefined) this.#place = clientLater(this.#ticket);
      },
    });
  }

  /**
   * Puts an item. It is read during the call: later changes do not reach the queue.
   *
   * @returns A promise that resolves when there was room for it. Of a queue with a limit, and of a joinable one, the queue
   *   has it then; of others it may still be under way, in the order in which items were put. It is there when whoever
   *   awaits a task or a `taskDone()` that came after it hears of that. This process may end.
   * @throws SerializeError where the item cannot travel.
   * @throws QueueFull where there is no room, or none in the time given.
   */
  async put(item: T, options: WaitOptions = NO_OPTIONS): Promise<void> {
    this.#checkOpen();
    const encoded = encodeItem(this.#marshal, item);
    const ready = encoded instanceof Later ? await encoded.promise : encoded;
    if (options === NO_OPTIONS && this.#putAtOnce(ready)) return this.#drained();
    const putting = this.#put(ready, options);
    this.#unconfirmed.add(putting);
    try {
      if (!(await putting)) throw new QueueFull();
    } finally {
      this.#unconfirmed.delete(putting);
    }
  }

  /** Puts an item for which there is room in any case. @returns False where that is not certain here. */
  #putAtOnce(item: QueueItem): boolean {
    const place = this.#place;
    if ('server' in place) {
      if (place.server.isFull || place.server.hasPutters) return false;
      place.server.put(item, noop);
      return true;
    }
    if (this.#maxSize !== Number.POSITIVE_INFINITY || this.confirmsPuts) return false;
    place.client.add(item);
    return true;
  }

  /** Resolves at once unless this process puts faster than the queue takes; then, when it has caught up. */
  #drained(): Promise<void> | undefined {
    const place = this.#place;
    return 'client' in place && place.client.isFull ? place.client.drained() : undefined;
  }

  /** Whether the queue must have an item before its put resolves, also where there is no limit. */
  protected get confirmsPuts(): boolean {
    return false;
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
  async get(options: WaitOptions = NO_OPTIONS): Promise<T> {
    this.#checkOpen();
    options.signal?.throwIfAborted();
    const item = this.#getAtOnce() ?? (await this.#get(options));
    if (item === undefined) throw new QueueEmpty();
    const value = decodeItem(this.#marshal, item);
    return (value instanceof Later ? await value.promise : value) as T;
  }

  /** An item that is here already, in this process. */
  #getAtOnce(): QueueItem | undefined {
    const place = this.#place;
    return 'server' in place ? place.server.take() : undefined;
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
    // An answer says that everything before the question has arrived; where the queue is gone, nobody can wait for it.
    if ('client' in this.#place) await this.#place.client.arrived();
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
      await whenArrived(place.client);
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
    await whenArrived(place.client);
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
  /** Who is told that an item was put may ask whether all are done: it must be counted by then. */
  protected override get confirmsPuts(): boolean {
    return true;
  }

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

/** The way to a queue, which is opened by its first use. */
function clientLater(ticket: Ticket): Place {
  let client: QueueClient | undefined;
  return {
    get client() {
      client ??= new QueueClient(ticket);
      return client;
    },
  };
}

function closedError(): ProcessError {
  return new ProcessError(PROCESS_ERROR_CODES.closed, 'The queue is closed.');
}

function noop(): void {}
