import type { FrameChannel } from '../channel/frame-channel.js';

/** An item in a queue: encoded, so that it can go to any process, and changes to the original do not reach it. */
export interface QueueItem {
  readonly body: Uint8Array;
  readonly buffers: readonly Uint8Array[];
}

/** Somebody who waits, here or in another process. */
interface Waiter<T> {
  readonly grant: (value: T) => void;
}

/** Takes back a wish that was not granted. */
export type Withdraw = () => void;

/**
 * The state of a queue, in the process that made it. Items come in and go out here, one after the other, whoever asks:
 * what a producer has put is safe here, even if it dies the next moment.
 */
export class QueueServer {
  readonly maxSize: number;
  readonly #items: QueueItem[] = [];
  #head = 0;
  // Sets keep the order of coming. Who gives up is gone at once: a consumer that asks again and again leaves nothing behind.
  readonly #getters = new Set<Waiter<QueueItem>>();
  readonly #putters = new Set<Waiter<void> & { readonly item: QueueItem }>();
  readonly #joiners: (() => void)[] = [];
  #unfinished = 0;
  readonly #listeners = new Set<() => void>();
  /** Channels of other processes. */
  readonly clients: Set<FrameChannel> = new Set();

  constructor(maxSize: number) {
    this.maxSize = maxSize;
  }

  get size(): number {
    return this.#items.length - this.#head;
  }

  get isFull(): boolean {
    return this.size >= this.maxSize;
  }

  /** Tasks that were put and not reported as done. */
  get unfinished(): number {
    return this.#unfinished;
  }

  /** Puts an item when there is room. */
  put(item: QueueItem, granted: () => void): Withdraw {
    if (!this.isFull && !this.hasPutters) {
      this.#add(item);
      granted();
      return () => {};
    }
    const waiter = { item, grant: granted };
    this.#putters.add(waiter);
    return () => void this.#putters.delete(waiter);
  }

  /** How many gets and puts wait. */
  get waiters(): number {
    return this.#getters.size + this.#putters.size;
  }

  /** Whether somebody waits for room, and comes first. */
  get hasPutters(): boolean {
    return this.#putters.size > 0;
  }

  /** The next item, if there is one. */
  take(): QueueItem | undefined {
    return this.#take();
  }

  /** Gets the next item when there is one. */
  get(granted: (item: QueueItem) => void): Withdraw {
    const item = this.#take();
    if (item !== undefined) {
      granted(item);
      return () => {};
    }
    const waiter = { grant: granted };
    this.#getters.add(waiter);
    return () => void this.#getters.delete(waiter);
  }

  /** Puts an item back to the front: who was to get it is gone. */
  putBack(item: QueueItem): void {
    const getter = takeFirst(this.#getters);
    if (getter !== undefined) return getter.grant(item);
    if (this.#head > 0) this.#items[--this.#head] = item;
    else this.#items.unshift(item);
  }

  /** @returns False where more tasks were reported as done than were put. */
  taskDone(): boolean {
    if (this.#unfinished === 0) return false;
    if (--this.#unfinished === 0) for (const joined of this.#joiners.splice(0)) joined();
    return true;
  }

  /** Calls back when every task that was put is reported as done. */
  join(joined: () => void): Withdraw {
    if (this.#unfinished === 0) joined();
    else this.#joiners.push(joined);
    return () => {
      const place = this.#joiners.indexOf(joined);
      if (place >= 0) this.#joiners.splice(place, 1);
    };
  }

  /** Calls back once, when there is something to get. */
  onceReady(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #add(item: QueueItem): void {
    this.#unfinished++;
    const getter = takeFirst(this.#getters);
    if (getter !== undefined) return getter.grant(item);
    this.#items.push(item);
    for (const listener of [...this.#listeners]) listener();
  }

  #take(): QueueItem | undefined {
    if (this.size === 0) return undefined;
    const item = this.#items[this.#head] as QueueItem;
    this.#items[this.#head++] = undefined as never;
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items.splice(0, this.#head);
      this.#head = 0;
    }
    this.#admit();
    return item;
  }

  /** Lets those in who wait for room. */
  #admit(): void {
    while (!this.isFull) {
      const putter = takeFirst(this.#putters);
      if (putter === undefined) return;
      this.#add(putter.item);
      putter.grant();
    }
  }
}

function takeFirst<T>(set: Set<T>): T | undefined {
  for (const first of set) {
    set.delete(first);
    return first;
  }
  return undefined;
}
