import { AsyncLocalStorage } from 'node:async_hooks';

/** What a function that runs as a task of a pool knows of its task. */
export interface CurrentTask {
  /** The task's number in its pool. */
  readonly id: number;
  /** Aborted when the task is cancelled or its time is over. Whoever ignores it is ended with its worker a little later. */
  readonly signal: AbortSignal;
  /** Tells whoever waits for the task how far it is; see the option `onProgress`. */
  reportProgress(value: unknown): void;
}

const storage = new AsyncLocalStorage<CurrentTask>();
let only: (() => CurrentTask | undefined) | undefined;

/** The task that is running here; `undefined` outside of tasks. */
export function currentTask(): CurrentTask | undefined {
  return only === undefined ? storage.getStore() : only();
}

/** Says how to find the task that runs, where only one at a time does. Tasks that do not ask cost nothing. */
export function findTaskBy(find: () => CurrentTask | undefined): void {
  only = find;
}

/** Runs a function as a task among others. */
export function runAsTask<T>(task: CurrentTask, fn: () => T): T {
  return storage.run(task, fn);
}
