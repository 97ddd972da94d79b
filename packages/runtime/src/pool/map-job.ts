import type { ChunkSize } from './chunk-size.js';
import type { Puller } from './source.js';
import type { ItemOutcome, PoolTask, TaskSink } from './task.js';

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
  /** The item at this position is done. Positions may come in any order. */
  onItem(index: number, outcome: ItemOutcome): void;
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
  readonly maxItems: number;
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
    if (this.#isPulling || this.#isStopped) return;
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
    return (
      !this.#isOver &&
      this.#chunks.size < this.#limits.maxChunks &&
      this.#pulled - this.#consumed < this.#limits.maxItems
    );
  }

  #pullSync(): undefined {
    while (this.#mayPull) {
      const items: unknown[] = [];
      const size = this.#nextSize();
      try {
        while (items.length < size) {
          const { done, value } = this.#puller.next() as IteratorResult<unknown>;
          if (done === true) {
            this.#isOver = true;
            break;
          }
          items.push(value);
        }
      } catch (error) {
        this.#failInput(error);
      }
      this.#submit(items);
    }
    return undefined;
  }

  async #pullAsync(): Promise<void> {
    while (this.#mayPull) {
      const items: unknown[] = [];
      const size = this.#nextSize();
      try {
        while (items.length < size && !this.#isStopped) {
          const { done, value } = await this.#puller.next();
          if (done === true) {
            this.#isOver = true;
            break;
          }
          items.push(value);
        }
      } catch (error) {
        this.#failInput(error);
      }
      if (!this.#isStopped) this.#submit(items);
    }
  }

  #nextSize(): number {
    const { length } = this.#puller;
    const size = this.#size.next(length === undefined ? undefined : length - this.#pulled);
    return Math.max(1, Math.min(size, this.#limits.maxItems - (this.#pulled - this.#consumed)));
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
    const done = (outcomes: (index: number) => ItemOutcome) => {
      this.#chunks.delete(holder);
      if (this.#isStopped) return;
      for (let i = 0; i < items.length; i++) this.#listener.onItem(first + i, outcomes(i));
      // Only now: the listener may come back here, and must not be told the end before the last item.
      this.#done += items.length;
      this.advance();
    };
    const chunk = this.#host.submitChunk(items, {
      onValue: (values) => done((i) => ({ ok: true, value: (values as unknown[])[i] })),
      onItems: (outcomes) => done((i) => outcomes[i] as ItemOutcome),
      onError: (error) => done(() => ({ ok: false, error })),
      onTime: (ms) => this.#size.learn(items.length, ms),
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
