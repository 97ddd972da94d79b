import { type CellWriter, isInt32 } from '../channel/cells.js';
import { TASK_MODE } from '../protocol/pool-frames.js';
import { isEncoded, type PoolTask, type TaskForm } from './task.js';

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
  if (mode === TASK_MODE.call && isInt32(args)) return writeNumbers(cells, tasks, from);
  let end = from + 1;
  for (; end < tasks.length; end++) {
    const task = tasks[end] as PoolTask;
    if (!follows(task, id + end - from, form) || (mode === TASK_MODE.call && isInt32(task.args))) break;
  }
  writeHead(cells, id, version.id, mode, end - from);
  for (let i = from; i < end; i++) writeArgs(cells, tasks[i] as PoolTask);
  return end;
}

/** Writes tasks that are called with one number without a fraction each. @returns Where the next run begins. */
function writeNumbers(cells: CellWriter, tasks: readonly PoolTask[], from: number): number {
  const { id, form } = tasks[from] as PoolTask;
  const numbers = new Int32Array(tasks.length - from);
  const count = packNumbers(numbers, tasks, from);
  writeHead(cells, id, form.version.id, TASK_MODE.callInt32, count);
  cells.int32s(numbers.subarray(0, count));
  return from + count;
}

/** Collects what tasks that follow each other are called with. @returns How many there are. */
function packNumbers(numbers: Int32Array, tasks: readonly PoolTask[], from: number): number {
  const { id, form } = tasks[from] as PoolTask;
  for (let i = 0; i < numbers.length; i++) {
    const task = tasks[from + i] as PoolTask;
    const { args } = task;
    if (!isInt32(args) || !follows(task, id + i, form)) return i;
    numbers[i] = args;
  }
  return numbers.length;
}

/** Whether a task has this number and is called in this form. */
function follows(task: PoolTask, id: number, form: TaskForm): boolean {
  if (task.id !== id) return false;
  return task.form === form || (task.version === form.version && task.mode === form.mode);
}

function writeHead(cells: CellWriter, id: number, functionId: number, mode: number, count: number): void {
  cells.uint32(id);
  cells.uint32(functionId);
  cells.uint8(mode);
  cells.uint32(count);
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
