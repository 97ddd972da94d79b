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
  readonly #releaseFunction: (version: FunctionVersion, uses: number) => void;
  /** Keeps the program alive while there is something to do; workers themselves do not. */
  readonly #keepAlive: Timer = startTimer(() => {}, Number.POSITIVE_INFINITY);
  #noted: PoolTask[] = [];
  #pending = 0;
  #isStaying = false;
  /** The present turn of the event loop, where something was submitted in it; until {@link endTurn}. */
  #turn: Turn | undefined;

  /** @param keepsAlive - Whether the program stays alive while tasks are pending. */
  constructor(keepsAlive: boolean, releaseFunction: (version: FunctionVersion, uses: number) => void) {
    this.#keepsAlive = keepsAlive;
    this.#releaseFunction = releaseFunction;
    this.#keepAlive.unref();
  }

  /** Tasks that were submitted and have not ended. */
  get pending(): number {
    return this.#pending + this.#noted.length;
  }

  /** Tasks that were submitted and not taken in. */
  get noted(): number {
    return this.#noted.length;
  }

  /** A task was submitted, to be taken in with the others of this turn. @returns Whether it is the first of them. */
  note(task: PoolTask): boolean {
    // Looking at the clock for each task would cost a third of what a small one does.
    this.#turn ??= { at: performance.now() };
    return this.#noted.push(task) === 1;
  }

  /** Takes in what was noted. */
  takeNoted(): readonly PoolTask[] {
    const tasks = this.#noted;
    this.#noted = [];
    this.take(tasks);
    return tasks;
  }

  /** Takes tasks in. */
  take(tasks: readonly PoolTask[]): void {
    this.#turn ??= { at: performance.now() };
    const turn = this.#turn;
    for (let i = 0; i < tasks.length; i++) (tasks[i] as PoolTask).turn = turn;
    this.statistics.submitted += tasks.length;
    if (this.#pending === 0 && this.#keepsAlive) this.#keepAlive.ref();
    this.#pending += tasks.length;
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

  /** Tasks returned numbers. Those that are not known any more are undefined. @returns The tasks. */
  numbers<T extends PoolTask | undefined>(tasks: readonly T[], values: Int32Array): readonly T[] {
    let ended = 0;
    let version: FunctionVersion | undefined;
    let uses = 0;
    for (let i = 0; i < tasks.length; i++) {
      const task = tasks[i];
      if (task === undefined || task.isSettled) continue;
      const { sink } = task;
      if (!(sink instanceof AsyncResult)) {
        this.value(task, values[i]);
        continue;
      }
      // Nothing of the user's runs in between, so that what tasks have in common is done for all of them together.
      task.settle();
      resolveResult(sink, values[i]);
      ended++;
      if (task.version !== version) {
        if (version !== undefined) this.#releaseFunction(version, uses);
        version = task.version;
        uses = 0;
      }
      uses++;
    }
    if (version !== undefined) this.#releaseFunction(version, uses);
    this.#end(ended);
    return tasks;
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
    this.#releaseFunction(task.version, 1);
    this.#end(1);
    return true;
  }

  #end(count: number): void {
    this.#pending -= count;
    if (this.#pending === 0 && this.#keepsAlive && !this.#isStaying) this.#keepAlive.unref();
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
