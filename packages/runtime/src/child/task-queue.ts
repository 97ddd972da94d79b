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
  /** Scalars, or what a codec has yet to decode. */
  readonly args: readonly unknown[] | EncodedCell;
}

/** The tasks that were delivered and not begun. They begin in the order in which they came. */
export class TaskQueue {
  #tasks: DeliveredTask[] = [];
  #next = 0;

  get length(): number {
    return this.#tasks.length - this.#next;
  }

  /** Adds the tasks of a frame. */
  addFrame(body: Uint8Array, buffers: readonly Uint8Array[]): void {
    const cells = new CellReader(body, buffers);
    let sequence = cells.uint32();
    while (!cells.isDone) {
      const id = cells.uint32();
      const functionId = cells.uint32();
      const mode = cells.uint8();
      this.#tasks.push({ id, sequence, functionId, mode, args: readArgs(cells, mode) });
      sequence = (sequence + 1) >>> 0;
    }
  }

  peek(): DeliveredTask | undefined {
    return this.#tasks[this.#next];
  }

  shift(): DeliveredTask {
    const task = this.#tasks[this.#next++] as DeliveredTask;
    if (this.#next === this.#tasks.length) {
      this.#tasks = [];
      this.#next = 0;
    }
    return task;
  }

  /** Takes a task out. @returns Whether it was there. */
  remove(sequence: number): boolean {
    const at = this.#tasks.findIndex((task, index) => index >= this.#next && task.sequence === sequence);
    if (at < 0) return false;
    this.#tasks.splice(at, 1);
    return true;
  }

  /** Takes everything out. */
  clear(): DeliveredTask[] {
    const rest = this.#tasks.slice(this.#next);
    this.#tasks = [];
    this.#next = 0;
    return rest;
  }
}

function readArgs(cells: CellReader, mode: number): readonly unknown[] | EncodedCell {
  if (mode !== TASK_MODE.call) return cells.cell() as EncodedCell;
  const count = cells.uint8();
  if (count === 1) return [cells.cell()];
  const args: unknown[] = [];
  for (let i = 0; i < count; i++) args.push(cells.cell());
  return args;
}
