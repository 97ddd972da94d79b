import { addon } from '../addon.js';
import { registerAfterFork } from '../fork/after-fork.js';
import { closeDescriptor, createEventDescriptor, readDescriptor } from '../system/descriptors.js';
import { WATCH_EVENTS, Watcher } from '../system/watcher.js';

/** How a wait ended: somebody woke it, the word had another value already, or its time was over. */
export type FutexResult = 'woken' | 'not-equal' | 'timed-out' | 'cancelled';

// In the order of the numbers in addon/futex.c.
const RESULTS: readonly FutexResult[] = ['woken', 'not-equal', 'timed-out', 'cancelled'];

/**
 * Waits, blocking this thread, while a word in shared memory has a value: futex(2) FUTEX_WAIT.
 *
 * Ends when somebody calls {@link futexWake} for the word, in any process. It may also end for no reason: look again.
 *
 * @param words - On memory of {@link SharedMemory}.
 * @param timeoutMs - How long at most. @defaultValue for ever
 */
export function futexWait(words: Int32Array, index: number, expected: number, timeoutMs?: number): FutexResult {
  return RESULTS[addon().futexWait(words, index, expected, timeoutMs ?? -1)] as FutexResult;
}

/**
 * Wakes those who wait for a word, in any process: futex(2) FUTEX_WAKE.
 *
 * @param count - How many at most. @defaultValue all
 * @returns How many were woken.
 */
export function futexWake(words: Int32Array, index: number, count = 0x7fffffff): number {
  return addon().futexWake(words, index, count);
}

/**
 * Waits while a word in shared memory has a value, without blocking anything: one thread of this process sleeps for
 * up to 127 waits, and none of libuv's pool is taken. Waiting keeps the process alive.
 *
 * @param signal - Ends the wait as `'cancelled'`. So does closing the memory.
 */
export function futexWaitAsync(
  words: Int32Array,
  index: number,
  expected: number,
  timeoutMs?: number,
  signal?: AbortSignal,
): Promise<FutexResult> {
  if (signal?.aborted === true) return Promise.resolve('cancelled');
  waits ??= new Waits();
  return waits.start(words, index, expected, timeoutMs ?? -1, signal);
}

/** Asynchronous waits of this thread. */
class Waits {
  readonly #pending: Map<number, (result: FutexResult) => void> = new Map();
  readonly #descriptor: number = createEventDescriptor();
  readonly #watcher: Watcher = new Watcher(this.#descriptor, () => this.#deliver());

  constructor() {
    addon().setWaitDescriptor(this.#descriptor);
    this.#watcher.watch(WATCH_EVENTS.readable);
    this.#watcher.unref();
    if (!registered) registerAfterFork(forgetWaits);
    registered = true;
  }

  start(
    words: Int32Array,
    index: number,
    expected: number,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<FutexResult> {
    const id = nextId++;
    const started = RESULTS[addon().startWait(id, words, index, expected, timeoutMs)] as FutexResult;
    if (started !== 'woken') return Promise.resolve(started);
    return new Promise((resolve) => {
      const onAbort = (): void => addon().cancelWait(id);
      signal?.addEventListener('abort', onAbort);
      if (this.#pending.size === 0) this.#watcher.ref();
      // The words are kept here: memory that nobody refers to is unmapped.
      this.#pending.set(id, (result) => {
        signal?.removeEventListener('abort', onAbort);
        resolve(words.length === 0 ? 'cancelled' : result);
      });
    });
  }

  /** In a forked child: what the parent waits for is none of its business. */
  forget(): void {
    this.#watcher.close();
    addon().setWaitDescriptor(-1);
    closeDescriptor(this.#descriptor);
    this.#pending.clear();
  }

  #deliver(): void {
    readDescriptor(this.#descriptor, new Uint8Array(8));
    const done = addon().takeWaits();
    for (let i = 0; i < done.length; i += 2) {
      const id = done[i] as number;
      const settle = this.#pending.get(id);
      this.#pending.delete(id);
      settle?.(RESULTS[done[i + 1] as number] as FutexResult);
    }
    if (this.#pending.size === 0) this.#watcher.unref();
  }
}

let waits: Waits | undefined;
let nextId = 1;
let registered = false;

function forgetWaits(): void {
  waits?.forget();
  waits = undefined;
}
