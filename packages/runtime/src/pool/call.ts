import { AsyncResult, rejectResult, resolveResult } from './async-result.js';
import type { CallbackOptions } from './options.js';
import type { PoolTask, TaskSink } from './task.js';

/** Who can end a task early. */
interface Canceller {
  cancel(task: PoolTask | undefined, reason: unknown): void;
}

/** One call: its result, and what happens when it is there. */
export class Call<T> implements TaskSink {
  readonly result: AsyncResult<T>;
  readonly #canceller: Canceller;
  readonly #options: CallbackOptions<T> | undefined;
  #task: PoolTask | undefined;
  #isCancelled = false;

  constructor(canceller: Canceller, options: CallbackOptions<T> | undefined) {
    this.#canceller = canceller;
    this.#options = options;
    this.result = new AsyncResult<T>(this);
    // Who gave a callback for errors has handled them.
    if (options?.errorCallback !== undefined) this.result.catch(() => {});
  }

  /** The task is about to be submitted. @returns False where it was cancelled before. */
  begin(task: PoolTask): boolean {
    this.#task = task;
    return !this.#isCancelled;
  }

  /** Nobody wants the result any more. */
  cancel(reason: unknown): void {
    this.#isCancelled = true;
    if (this.#task === undefined) this.onError(reason);
    this.#canceller.cancel(this.#task, reason);
  }

  onValue(value: unknown): void {
    resolveResult(this.result, value as T);
    this.#options?.callback?.(value as T);
  }

  onItems(): void {
    // Only chunks come item by item.
  }

  onError(error: unknown): void {
    rejectResult(this.result, error);
    this.#options?.errorCallback?.(error);
  }

  onProgress(value: unknown): void {
    this.#options?.onProgress?.(value);
  }
}
