import { startTimer, stopTimer, type Timer } from '../platform/timers.js';
import { AsyncResult, rejectResult, resolveResult } from './async-result.js';
import type { FunctionVersion } from './function-registry.js';
import { PoolStatistics } from './statistics.js';
import { type ItemOutcome, type PoolTask, sinkOf, type Turn } from './task.js';

/**
 * The account of the tasks that a pool has taken in. In: how a task ended, from wherever that is known. Out: the task's
 * sink is told, once.
 */
export class TaskLedger {
  readonly statistics: PoolStatistics = new PoolStatistics();
  readonly #keepsAlive: boolean;
  readonly #releaseFunction: (version: FunctionVersion) => void;
  /** Keeps the program alive while there is something to do; workers themselves do not. */
  readonly #keepAlive: Timer = startTimer(() => {}, Number.POSITIVE_INFINITY);
  #pending = 0;
  #isStaying = false;
  /** The present turn of the event loop, where something was submitted in it; until {@link endTurn}. */
  #turn: Turn | undefined;

  /** @param keepsAlive - Whether the program stays alive while tasks are pending. */
  constructor(keepsAlive: boolean, releaseFunction: (version: FunctionVersion) => void) {
    this.#keepsAlive = keepsAlive;
    this.#releaseFunction = releaseFunction;
    this.#keepAlive.unref();
  }

  /** Tasks that were taken in and have not ended. */
  get pending(): number {
    return this.#pending;
  }

  /** A task was taken in. */
  take(task: PoolTask): void {
    this.statistics.submitted++;
    // Looking at the clock for each task would cost a third of what a small one does.
    task.turn = this.#turn ??= { at: performance.now() };
    if (++this.#pending === 1 && this.#keepsAlive) this.#keepAlive.ref();
  }

  /** The turn of the event loop is over. */
  endTurn(): void {
    this.#turn = undefined;
  }

  /** A task returned. */
  value(task: PoolTask, value: unknown): void {
    if (!this.#settle(task)) return;
    const { sink } = task;
    if (sink instanceof AsyncResult) resolveResult(sink, value);
    else call(() => sink.onValue(value));
  }

  /** Tasks returned numbers. Those that are not known any more are undefined. */
  numbers(tasks: readonly (PoolTask | undefined)[], values: Int32Array): void {
    for (let i = 0; i < tasks.length; i++) {
      const task = tasks[i];
      if (task !== undefined) this.value(task, values[i]);
    }
  }

  /** A chunk was done, item by item. */
  items(task: PoolTask, items: readonly ItemOutcome[]): void {
    const sink = sinkOf(task);
    if (this.#settle(task)) call(() => sink?.onItems(items));
  }

  /** A task failed, or was given up. */
  fail(task: PoolTask, error: unknown): void {
    if (!this.#settle(task)) return;
    const { sink } = task;
    if (sink instanceof AsyncResult) rejectResult(sink, error);
    else call(() => sink.onError(error));
  }

  /** The program stays alive until the promise is settled: somebody waits for it. */
  stayFor(promise: Promise<void>): void {
    this.#keepAlive.ref();
    const release = () => {
      if (this.#pending === 0 && !this.#isStaying) this.#keepAlive.unref();
    };
    promise.then(release, release);
  }

  /** The pool ends: a program that waits for that is not let go in between. */
  stay(): void {
    this.#isStaying = true;
  }

  /** Somebody waits for the end: the program stays alive until {@link end}. */
  stayToTheEnd(): void {
    this.#isStaying = true;
    this.#keepAlive.ref();
  }

  /** The pool is over. */
  end(): void {
    stopTimer(this.#keepAlive);
  }

  /** @returns False where the task's sink was told already. */
  #settle(task: PoolTask): boolean {
    if (task.isSettled) return false;
    task.settle();
    this.#releaseFunction(task.version);
    if (--this.#pending === 0 && this.#keepsAlive && !this.#isStaying) this.#keepAlive.unref();
    return true;
  }
}

/** Calls into the user's code: what a callback throws must neither disturb the pool nor be lost. */
function call(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error), 'PoolCallbackError');
  }
}
