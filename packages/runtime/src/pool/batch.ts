import { type PoolTask, sinkOf } from './task.js';

/** What a worker says about a frame of results. */
export interface Batch {
  readonly tasks: readonly PoolTask[];
  readonly wholeMs: number;
  readonly longestMs: number;
  /** Bytes of memory that the worker uses; 0 where that is not asked for. */
  readonly memory: number;
}

/** Tells everybody who learns from it how long the tasks of a batch took. */
export function learnFrom({ tasks, wholeMs, longestMs }: Batch): void {
  let last: PoolTask['form'] | undefined;
  for (let i = 0; i < tasks.length; i++) {
    const task = tasks[i] as PoolTask;
    const { form } = task;
    if (!form.isPlain) sinkOf(task)?.onTime?.(wholeMs / tasks.length);
    if (form === last) continue;
    if (form.pace !== last?.pace) form.pace.learn(tasks.length, wholeMs, longestMs);
    last = form;
  }
}
