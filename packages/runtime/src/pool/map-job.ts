import type { ChunkSize } from './chunk-size.js';
import type { Puller } from './source.js';
import type { ItemOutcome, PoolTask, TaskSink } from './task.js';
import type { Window } from './window.js';

/** How a {@link MapJob} reaches its pool. */
export interface MapHost {
  /**
   * Submits a chunk, or fails its sink.
   *
   * @returns A function that takes the chunk back.
   */
  submitChunk(items: readonly unknown[], sink: TaskSink): { readonly task?: PoolTask; cancel(reason: unknown): void };
}

/** What becomes of the items. */
export interface MapListener {
  /** The items from this position on are done, and returned these values. Positions may come in any order. */
  onValues(first: number, values: readonly unknown[]): void;
  /** The items from this position on are done, and some of them failed. */
  onItems(first: number, outcomes: readonly ItemOutcome[]): void;
  /** There are no more items, and all are done. With an error where the input failed. */
  onEnd(count: number, inputError: { readonly error: unknown } | undefined): void;
  /** Nothing more will happen, whether it ended or was stopped. Called once, last. */
  onOver(): void;
  /** A task reported how far it is. */
  readonly onProgress: ((value: unknown) => void) | undefined;
}

/** Limits of a {@link MapJob}. */
export interface MapLimits {
  /** So many chunks may be under way. */
  readonly maxChunks: number;
  /** So many items may be pulled and not consumed. */
  readonly window: Window;
}

/** Pulls items from an input as workers become free, sends them in chunks, and reports each item as it is done. */
export class MapJob {
  readonly #host: MapHost;
  readonly #puller: Puller<unknown>;
  readonly #size: ChunkSize;
  readonly #limits: MapLimits;
  readonly #listener: MapListener;
  readonly #chunks = new Set<{ cancel(reason: unknown): void }>();
  #pulled = 0;
  /** How many items the last chunk should have had. */
  #last = 1;
  #done = 0;
  #consumed = 0;
  #isPulling = false;
  #isOver = false;
  #isStopped = false;
  #inputError: { readonly error: unknown } | undefined;

  constructor(host: MapHost, puller: Puller<unknown>, size: ChunkSize, limits: MapLimits, listener: MapListener) {
    this.#host = host;
    this.#puller = puller;
    this.#size = size;
    this.#limits = limits;
    this.#listener = listener;
  }

  /** Begins, or goes on after {@link consumed}. */
  advance(): void {
    if (this.#isStopped) return;
    if (this.#isPulling) return this.#submitEarly?.();
    this.#isPulling = true;
    const waiting = this.#puller.isAsync ? this.#pullAsync() : this.#pullSync();
    if (waiting === undefined) this.#isPulling = false;
    else
      waiting.then(() => {
        this.#isPulling = false;
        this.#endIfDone();
      });
    if (waiting === undefined) this.#endIfDone();
  }

  /** So many items were taken by whoever wants them. */
  consumed(count: number): void {
    this.#consumed += count;
    this.advance();
  }

  /** Nobody wants the rest: what waits is dropped, what runs is cancelled. */
  stop(reason: unknown): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#isOver = true;
    this.#puller.stop();
    for (const chunk of [...this.#chunks]) chunk.cancel(reason);
    this.#listener.onOver();
  }

  get #mayPull(): boolean {
    if (this.#isOver || this.#chunks.size >= this.#limits.maxChunks) return false;
    const room = this.#room;
    // Results are taken one by one: a chunk for each of them would cost more than the items.
    return room > 0 && (this.#chunks.size === 0 || room >= Math.min(this.#last, this.#limits.window.size / 4));
  }

  /** So many items may be pulled now. */
  get #room(): number {
    return this.#limits.window.size - (this.#pulled - this.#consumed);
  }

  #pullSync(): undefined {
    while (this.#mayPull) {
      let items: unknown[] = [];
      const size = this.#nextSize();
      try {
        items = this.#puller.take(size);
      } catch (error) {
        this.#failInput(error);
        items = this.#puller.taken;
      }
      if (items.length < size) this.#isOver = true;
      this.#submit(items);
    }
    return undefined;
  }

  async #pullAsync(): Promise<void> {
    while (this.#mayPull) {
      let room = this.#nextSize();
      let items: unknown[] = [];
      let isWatched = false;
      const submit = () => {
        const ready = items;
        items = [];
        room -= ready.length;
        if (!this.#isStopped) this.#submit(ready);
      };
      // An input that makes one wait must not make those wait who gave items already: what there is goes, if it has a taker.
      const submitEarly = () => {
        isWatched = false;
        if (items.length > 0 && this.#chunks.size < this.#limits.maxChunks) submit();
      };
      this.#submitEarly = submitEarly;
      try {
        while (items.length < room && !this.#isStopped) {
          const { done, value } = await this.#puller.next();
          if (done === true) {
            this.#isOver = true;
            break;
          }
          items.push(value);
          if (isWatched) continue;
          isWatched = true;
          setImmediate(submitEarly);
        }
      } catch (error) {
        this.#failInput(error);
      }
      this.#submitEarly = undefined;
      submit();
    }
  }

  /** Submits what {@link #pullAsync} has gathered for a chunk that is not full. */
  #submitEarly: (() => void) | undefined;

  #nextSize(): number {
    const { length } = this.#puller;
    const size = this.#size.next(length === undefined ? undefined : length - this.#pulled);
    this.#last = Math.max(1, size);
    return Math.min(this.#last, this.#room);
  }

  #failInput(error: unknown): void {
    this.#isOver = true;
    this.#inputError = { error };
  }

  #submit(items: readonly unknown[]): void {
    if (items.length === 0) return;
    const first = this.#pulled;
    this.#pulled += items.length;
    // Registered before it is submitted: it may fail at once.
    const holder = { cancel: (_reason: unknown): void => {} };
    this.#chunks.add(holder);
    const { window } = this.#limits;
    window.seeItems(items);
    const done = (tell: () => void) => {
      this.#chunks.delete(holder);
      if (this.#isStopped) return;
      tell();
      // Only now: the listener may come back here, and must not be told the end before the last item.
      this.#done += items.length;
      this.advance();
    };
    const chunk = this.#host.submitChunk(items, {
      onValue: (values) =>
        done(() => {
          window.seeResults(values as unknown[]);
          this.#listener.onValues(first, values as unknown[]);
        }),
      onItems: (outcomes) => done(() => this.#listener.onItems(first, outcomes)),
      onError: (error) => done(() => this.#listener.onItems(first, new Array(items.length).fill({ ok: false, error }))),
      onTime: (ms) => {
        this.#size.learn(items.length, ms);
        window.learn(this.#size.itemMs);
      },
      onProgress: (value) => this.#listener.onProgress?.(value),
    });
    holder.cancel = (reason) => chunk.cancel(reason);
  }

  #endIfDone(): void {
    if (!this.#isOver || this.#isStopped || this.#done < this.#pulled) return;
    this.#isStopped = true;
    this.#listener.onEnd(this.#pulled, this.#inputError);
    this.#listener.onOver();
  }
}
