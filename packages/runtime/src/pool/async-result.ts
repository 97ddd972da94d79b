import { startTimer, stopTimer } from '../platform/timers.js';
import { PROCESS_ERROR_CODES, ProcessError, TimeoutError } from '../protocol/errors.js';

/** What an {@link AsyncResult} asks of whoever works on it. */
export interface ResultControl {
  /** Nobody wants the result any more. */
  cancel(reason: unknown): void;
}

let settleDone: <T>(result: AsyncResult<T>, value: T) => void;
let settleFailed: <T>(result: AsyncResult<T>, error: unknown) => void;

/**
 * The result of something that a pool does. It can be awaited like a promise, and asked without waiting.
 *
 * @example
 * const result = pool.apply(parse, [file]);
 * result.ready(); // false
 * await result;
 */
export class AsyncResult<T> implements Promise<T> {
  /** Made when somebody waits: most of a small task's cost would be a promise that nobody looks at. */
  #promise: Promise<T> | undefined;
  #resolve: ((value: T) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;
  #state: 'pending' | 'done' | 'failed' = 'pending';
  #outcome: unknown;
  readonly #control: ResultControl;

  /** @internal Pools make these. */
  constructor(control: ResultControl) {
    this.#control = control;
  }

  get [Symbol.toStringTag](): string {
    return 'AsyncResult';
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  then<A = T, B = never>(
    onDone?: ((value: T) => A | PromiseLike<A>) | null,
    onFailed?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#asPromise().then(onDone, onFailed);
  }

  catch<B = never>(onFailed?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.#asPromise().catch(onFailed);
  }

  finally(onSettled?: (() => void) | null): Promise<T> {
    return this.#asPromise().finally(onSettled);
  }

  /**
   * Waits for the result.
   *
   * @param timeoutMs - How long at most, in milliseconds. The work goes on when the time is over.
   * @throws TimeoutError when the time is over.
   */
  async get(timeoutMs: number = Number.POSITIVE_INFINITY): Promise<T> {
    await this.wait(timeoutMs);
    if (this.#state === 'pending') throw new TimeoutError(`There was no result within ${timeoutMs} ms.`);
    return this.#asPromise();
  }

  /** Waits until there is a result or an error. @param timeoutMs - How long at most, in milliseconds. */
  async wait(timeoutMs: number = Number.POSITIVE_INFINITY): Promise<void> {
    if (this.#state !== 'pending') return;
    const settled = this.#asPromise().then(noop, noop);
    if (timeoutMs === Number.POSITIVE_INFINITY) return settled;
    let stop = noop;
    const over = new Promise<void>((resolve) => {
      const timer = startTimer(resolve, timeoutMs);
      stop = () => stopTimer(timer);
    });
    await Promise.race([settled, over]);
    stop();
  }

  /** Whether there is a result or an error. */
  ready(): boolean {
    return this.#state !== 'pending';
  }

  /**
   * Whether there is a result, and no error.
   *
   * @throws ProcessError where there is neither yet.
   */
  successful(): boolean {
    if (this.#state === 'pending')
      throw new ProcessError(PROCESS_ERROR_CODES.state, 'There is no result yet: ask ready() first, or await it.');
    return this.#state === 'done';
  }

  /**
   * Cancels the work: what waits is dropped; what runs is told by its signal, and ended with its worker when it does
   * not listen. The result fails with `MP_CANCELLED`.
   *
   * @returns Whether there was something to cancel.
   */
  cancel(reason: unknown = new ProcessError(PROCESS_ERROR_CODES.cancelled, 'The task was cancelled.')): boolean {
    if (this.#state !== 'pending') return false;
    this.#control.cancel(reason);
    return true;
  }

  #asPromise(): Promise<T> {
    if (this.#promise !== undefined) return this.#promise;
    if (this.#state === 'done') this.#promise = Promise.resolve(this.#outcome as T);
    else if (this.#state === 'failed') this.#promise = Promise.reject(this.#outcome);
    else
      this.#promise = new Promise<T>((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
      });
    return this.#promise;
  }

  static {
    settleDone = (result, value) => {
      if (result.#state !== 'pending') return;
      result.#state = 'done';
      result.#outcome = value;
      result.#resolve?.(value);
    };
    settleFailed = (result, error) => {
      if (result.#state !== 'pending') return;
      result.#state = 'failed';
      result.#outcome = error;
      if (result.#reject !== undefined) result.#reject(error);
      // An error that nobody waits for is an unhandled rejection, as that of any promise; unless somebody ended the work
      // on purpose, without waiting for it.
      else if (!isDeliberate(error)) result.#asPromise();
    };
  }
}

/** Gives a result its value. Only the first settling counts. */
export function resolveResult<T>(result: AsyncResult<T>, value: T): void {
  settleDone(result, value);
}

/** Gives a result its error. Only the first settling counts. */
export function rejectResult<T>(result: AsyncResult<T>, error: unknown): void {
  settleFailed(result, error);
}

function isDeliberate(error: unknown): boolean {
  const code: unknown = (error as { code?: unknown } | undefined)?.code;
  return code === PROCESS_ERROR_CODES.terminated || code === PROCESS_ERROR_CODES.cancelled;
}

function noop(): void {}
