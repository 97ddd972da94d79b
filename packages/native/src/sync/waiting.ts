import { type FutexResult, futexWait, futexWaitAsync } from '../futex/futex.js';
import { NATIVE_ERROR_CODES, NativeError } from '../native-error.js';

/** How long, and until when, somebody waits. */
export interface WaitOptions {
  /** The longest time to wait, in milliseconds; 0 does not wait. @defaultValue for ever */
  readonly timeoutMs?: number;
  /** Ends the wait; it is rejected with the signal's reason. A blocking wait cannot be ended, and only looks at its start. */
  readonly signal?: AbortSignal;
}

/** One attempt: something other than `undefined` is the result, and `undefined` that one has to wait. */
export type Attempt<T> = () => T | undefined;

/** A word, and the value with which one waits. */
export interface WaitPoint {
  readonly words: Int32Array;
  readonly index: number;
  /** The value that the last attempt found. */
  value: number;
  /** After how long to attempt again without being woken, in milliseconds. */
  lookAgainMs: number;
}

/**
 * How long a wait lasts before its condition is looked at anyway. A waker may die between its change and its call, and
 * a holder may die without any: this is how late either is noticed.
 */
export const LOOK_AGAIN_MS = 50;

/** Attempts until it succeeds, and waits in between without blocking anything. */
export async function waitUntil<T>(
  point: WaitPoint,
  attempt: Attempt<T>,
  what: string,
  options: WaitOptions = {},
): Promise<T> {
  const { timeoutMs = Number.POSITIVE_INFINITY, signal } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const result = attempt();
    if (result !== undefined) return result;
    const left = deadline - performance.now();
    if (left <= 0) throw timedOut(what, timeoutMs);
    const how = await futexWaitAsync(point.words, point.index, point.value, Math.min(left, point.lookAgainMs), signal);
    checkOpen(point, how, what);
  }
}

/** The same, blocking this thread. */
export function waitUntilSync<T>(point: WaitPoint, attempt: Attempt<T>, what: string, options: WaitOptions = {}): T {
  const { timeoutMs = Number.POSITIVE_INFINITY, signal } = options;
  const deadline = performance.now() + timeoutMs;
  signal?.throwIfAborted();
  for (;;) {
    const result = attempt();
    if (result !== undefined) return result;
    const left = deadline - performance.now();
    if (left <= 0) throw timedOut(what, timeoutMs);
    futexWait(point.words, point.index, point.value, Math.min(left, point.lookAgainMs));
  }
}

function checkOpen({ words }: WaitPoint, how: FutexResult, what: string): void {
  if (words.length === 0 && how !== 'woken')
    throw new NativeError(NATIVE_ERROR_CODES.closed, `The shared memory was closed while ${what} was waited for.`);
}

function timedOut(what: string, timeoutMs: number): NativeError {
  return new NativeError(NATIVE_ERROR_CODES.timeout, `${what} was waited for in vain for ${timeoutMs} ms.`);
}
