import { startTimer, stopTimer } from '../platform/timers.js';
import { PROCESS_ERROR_CODES, ProcessError, TimeoutError } from '../protocol/errors.js';

/** What an {@link AsyncResult} asks of whoever works on it. */
export interface ResultControl {
  /** Nobody wants the result any more. */
  cancel(reason: unknown): void;
}

let settleDone: <T>(result: AsyncResult<T>, value: T) => void;
let settleFailed: <T>(result: AsyncResult<T>, error: unknown) => void;

let latestResolve: (value: never) => void;
let latestReject: (error: unknown) => void;

/** One function for all results: a closure for each would be a quarter of what a small task costs in memory. */
function keepCapability(resolve: (value: never) => void, reject: (error: unknown) => void): void {
  latestResolve = resolve;
  latestReject = reject;
}

/**
 * The result of something that a pool does. It is a promise, and can be asked without waiting.
 *
 * @example
 * const result = pool.apply(parse, [file]);
 * result.ready(); // false
 * await result;
 */
export class AsyncResult<T> extends Promise<T> {
  #resolve: ((value: T) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;
  #isFailed = false;
  /** Undefined once the result is there. */
  #control: ResultControl | undefined;

  /** @internal Pools make these. */
  constructor(control: ResultControl) {
    super(keepCapability as ConstructorParameters<typeof Promise<T>>[0]);
    this.#resolve = latestResolve as (value: T) => void;
    this.#reject = latestReject;
    this.#control = control;
  }

  override get [Symbol.toStringTag](): string {
    return 'AsyncResult';
  }

  /**
   * Waits for the result.
   *
   * @param timeoutMs - How long at most, in milliseconds. The work goes on when the time is over.
   * @throws TimeoutError when the time is over.
   */
  async get(timeoutMs: number = Number.POSITIVE_INFINITY): Promise<T> {
    await this.wait(timeoutMs);
    if (!this.ready()) throw new TimeoutError(`There was no result within ${timeoutMs} ms.`);
    return this as Promise<T>;
  }

  /** Waits until there is a result or an error. @param timeoutMs - How long at most, in milliseconds. */
  async wait(timeoutMs: number = Number.POSITIVE_INFINITY): Promise<void> {
    if (this.ready()) return;
    const settled = this.then(noop, noop);
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
    return this.#control === undefined;
  }

  /**
   * Whether there is a result, and no error.
   *
   * @throws ProcessError where there is neither yet.
   */
  successful(): boolean {
    if (!this.ready())
      throw new ProcessError(PROCESS_ERROR_CODES.state, 'There is no result yet: ask ready() first, or await it.');
    return !this.#isFailed;
  }

  /**
   * Cancels the work: what waits is dropped; what runs is told by its signal, and ended with its worker when it does
   * not listen. The result fails with `MP_CANCELLED`.
   *
   * @returns Whether there was something to cancel.
   */
  cancel(reason: unknown = new ProcessError(PROCESS_ERROR_CODES.cancelled, 'The task was cancelled.')): boolean {
    if (this.#control === undefined) return false;
    this.#control.cancel(reason);
    return true;
  }

  /** What resolved or rejected it is not needed any more, and its work neither: a result may be kept for long. */
  #forget(): void {
    this.#resolve = undefined;
    this.#reject = undefined;
    this.#control = undefined;
  }

  static {
    // `await` and `Promise.all` take a promise as it is only where its constructor is theirs (ECMA-262, PromiseResolve);
    // otherwise they wrap it in a second promise and wait for that, which doubles what a small task costs. What `then`
    // makes is a plain promise for the same reason.
    Object.defineProperty(AsyncResult.prototype, 'constructor', { value: Promise, configurable: true, writable: true });
    settleDone = (result, value) => {
      const resolve = result.#resolve;
      if (resolve === undefined) return;
      result.#forget();
      resolve(value);
    };
    settleFailed = (result, error) => {
      const reject = result.#reject;
      if (reject === undefined) return;
      result.#forget();
      result.#isFailed = true;
      // An error that nobody waits for is an unhandled rejection, as that of any promise; unless somebody ended the work
      // on purpose, without waiting for it.
      if (isDeliberate(error)) result.catch(noop);
      reject(error);
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
  let code: unknown;
  try {
    ({ code } = error as { code?: unknown });
  } catch {
    // Not an object, or one of the user's that throws when it is read.
  }
  return code === PROCESS_ERROR_CODES.terminated || code === PROCESS_ERROR_CODES.cancelled;
}

function noop(): void {}
