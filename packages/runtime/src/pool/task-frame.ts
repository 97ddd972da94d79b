import { type CellWriter, isInt32 } from '../channel/cells.js';
import { TASK_MODE } from '../protocol/pool-frames.js';
import { isEncoded, type PoolTask } from './task.js';

/**
 * Writes tasks as a frame: the sequence number of the first, then runs of tasks that are called alike. A run is the number of
 * its first task, the function, the mode, the count, and the arguments of each.
 */
export function writeTasks(cells: CellWriter, tasks: readonly PoolTask[]): void {
  cells.uint32((tasks[0] as PoolTask).sequence);
  for (let from = 0; from < tasks.length; ) from = writeRun(cells, tasks, from);
}

/** @returns Where the next run begins. */
function writeRun(cells: CellWriter, tasks: readonly PoolTask[], from: number): number {
  const { id, form, args } = tasks[from] as PoolTask;
  const { version, mode } = form;
  const isPacked = mode === TASK_MODE.call && isInt32(args);
  let end = from + 1;
  for (; end < tasks.length; end++) {
    const task = tasks[end] as PoolTask;
    if (task.id !== id + end - from) break;
    if (task.form !== form && (task.version !== version || task.mode !== mode)) break;
    if (mode === TASK_MODE.call && isInt32(task.args) !== isPacked) break;
  }
  cells.uint32(id);
  cells.uint32(version.id);
  cells.uint8(isPacked ? TASK_MODE.callInt32 : mode);
  cells.uint32(end - from);
  if (isPacked) {
    const numbers = new Int32Array(end - from);
    for (let i = from; i < end; i++) numbers[i - from] = (tasks[i] as PoolTask).args as number;
    cells.int32s(numbers);
  } else for (let i = from; i < end; i++) writeArgs(cells, tasks[i] as PoolTask);
  return end;
}

function writeArgs(cells: CellWriter, { args }: PoolTask): void {
  if (typeof args !== 'object' || args === null) {
    cells.uint8(1);
    cells.scalar(args);
  } else if (isEncoded(args)) cells.payload(args);
  else if (args instanceof Int32Array) cells.int32Array(args);
  else {
    cells.uint8(args.length);
    for (let i = 0; i < args.length; i++) cells.scalar(args[i]);
  }
}
