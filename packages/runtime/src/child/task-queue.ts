import { CellReader, type EncodedCell } from '../channel/cells.js';
import { TASK_MODE } from '../protocol/pool-frames.js';

/** A task that was delivered. */
export interface DeliveredTask {
  /** Its number in its pool. */
  readonly id: number;
  /** Its number among all that this worker was given, modulo 2 ** 32; by it the two ends speak of it. */
  readonly sequence: number;
  readonly functionId: number;
  readonly mode: number;
  /** Scalars, the items of a chunk where they are numbers, or what a codec has yet to decode. */
  readonly args: readonly unknown[] | Int32Array | EncodedCell;
}

/** Tasks that follow each other and are called alike. */
export interface TaskRun {
  /** The number of the first in its pool; those of the others follow. */
  readonly id: number;
  /** As {@link DeliveredTask.sequence}, of the first; those of the others follow. */
  readonly sequence: number;
  readonly functionId: number;
  readonly mode: number;
  /** The arguments of each: with `TASK_MODE.callInt32` one number, otherwise as {@link DeliveredTask.args}. */
  readonly args: Int32Array | readonly DeliveredTask['args'][];
  /** Where in the run the next task is. */
  next: number;
  /** Where the run ends. */
  end: number;
}

/** One task of a run, as if it had come alone. */
export function taskAt(run: TaskRun, index: number): DeliveredTask {
  const { args, functionId } = run;
  return {
    id: run.id + index,
    sequence: (run.sequence + index) >>> 0,
    functionId,
    mode: run.mode === TASK_MODE.callInt32 ? TASK_MODE.call : run.mode,
    args: args instanceof Int32Array ? [args[index]] : (args[index] as DeliveredTask['args']),
  };
}

/** The tasks that were delivered and not begun. They begin in the order in which they came. */
export class TaskQueue {
  #runs: TaskRun[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds the tasks of a frame. */
  addFrame(body: Uint8Array, buffers: readonly Uint8Array[]): void {
    const cells = new CellReader(body, buffers);
    let sequence = cells.uint32();
    while (!cells.isDone) {
      const id = cells.uint32();
      const functionId = cells.uint32();
      const mode = cells.uint8();
      const end = cells.uint32();
      const args = mode === TASK_MODE.callInt32 ? cells.int32s(end) : readArgs(cells, mode, end);
      this.#runs.push({ id, sequence, functionId, mode, args, next: 0, end });
      this.#length += end;
      sequence = (sequence + end) >>> 0;
    }
  }

  /** The run of the next task. */
  get head(): TaskRun | undefined {
    for (;;) {
      const run = this.#runs[0];
      if (run === undefined || run.next < run.end) return run;
      this.#runs.shift();
    }
  }

  /** Takes the next task out of the {@link head}. @returns Where in its run it is. */
  step(run: TaskRun): number {
    this.#length--;
    return run.next++;
  }

  /** Takes a task out. @returns Whether it was there. */
  remove(sequence: number): boolean {
    for (let i = 0; i < this.#runs.length; i++) {
      const run = this.#runs[i] as TaskRun;
      const index = (sequence - run.sequence) >>> 0;
      if (index < run.next || index >= run.end) continue;
      // The others stay where they are: those behind it as a run of their own.
      this.#runs.splice(i + 1, 0, { ...run, next: index + 1 });
      run.end = index;
      this.#length--;
      return true;
    }
    return false;
  }

  /** Takes everything out. @returns The numbers of the tasks, as {@link DeliveredTask.sequence}. */
  clear(): number[] {
    const rest: number[] = [];
    for (const run of this.#runs) {
      for (let i = run.next; i < run.end; i++) rest.push((run.sequence + i) >>> 0);
      run.next = run.end;
    }
    this.#runs = [];
    this.#length = 0;
    return rest;
  }
}

function readArgs(cells: CellReader, mode: number, count: number): DeliveredTask['args'][] {
  const args: DeliveredTask['args'][] = [];
  for (let i = 0; i < count; i++)
    args.push(mode === TASK_MODE.call ? readScalars(cells) : (cells.cellOrNumbers() as DeliveredTask['args']));
  return args;
}

function readScalars(cells: CellReader): unknown[] {
  const count = cells.uint8();
  if (count === 1) return [cells.cell()];
  const args: unknown[] = [];
  for (let i = 0; i < count; i++) args.push(cells.cell());
  return args;
}
