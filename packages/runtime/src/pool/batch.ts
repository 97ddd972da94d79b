import { type PoolTask, sinkOf } from './task.js';

/** What a worker says about a frame of results. */
export interface Batch {
  readonly tasks: readonly PoolTask[];
  /** Those of them that are still in the worker's hands, as far as the scheduler knows. */
  readonly inHand: readonly PoolTask[];
  readonly wholeMs: number;
  readonly longestMs: number;
  /** Bytes of memory that the worker uses; 0 where that is not asked for. */
  readonly memory: number;
}

/** Tells everybody who learns from it how long the tasks of a batch took. */
export function learnFrom({ tasks, inHand, wholeMs, longestMs }: Batch): void {
  let last: PoolTask['form'] | undefined;
  const [first] = tasks;
  // Tasks of a run wait for nothing but their results, and what lies between two that are alike is nearly always like them.
  if (first !== undefined && inHand.length === 0 && tasks.at(-1)?.form === first.form)
    return first.form.pace.learn(tasks.length, wholeMs, longestMs);
  for (let i = 0; i < tasks.length; i++) {
    const task = tasks[i] as PoolTask;
    const { form } = task;
    if (form === last && form.isPlain) continue;
    if (!form.isPlain) sinkOf(task)?.onTime?.(wholeMs / tasks.length);
    if (form === last) continue;
    if (form.pace !== last?.pace) form.pace.learn(tasks.length, wholeMs, longestMs);
    last = form;
  }
}
