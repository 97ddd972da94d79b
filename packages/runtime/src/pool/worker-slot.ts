import { BufferFile, roomIn } from '../channel/buffer-file.js';
import { CellReader, CellWriter, EncodedCell } from '../channel/cells.js';
import { readError, reviveError } from '../channel/error-transfer.js';
import { decodePayload, Later, type Marshal } from '../channel/marshal.js';
import type { Child } from '../launch/launcher.js';
import { getLogger } from '../platform/logger.js';
import { FRAME } from '../protocol/frames.js';
import { RESULT, TASK_MODE, WITH_FUNCTION } from '../protocol/pool-frames.js';
import type { ExitStatus } from '../protocol/preparation.js';
import { type ChildReport, decodeReport } from '../protocol/reports.js';
import type { Batch } from './batch.js';
import { BudgetDesk } from './budget-desk.js';
import type { FunctionVersion } from './function-registry.js';
import type { WorkerState } from './scheduler.js';
import { type ItemOutcome, isEncoded, type PoolTask, sinkOf, type TaskForm } from './task.js';
import { writeTasks } from './task-frame.js';
import type { OutputCollector } from './worker-output.js';

/** What a slot tells its pool. */
export interface SlotOwner {
  onReady(slot: WorkerSlot): void;
  /** The worker's initializer failed, or it could not load what it needs. */
  onFailed(slot: WorkerSlot, error: unknown): void;
  onValue(slot: WorkerSlot, task: PoolTask, value: unknown): void;
  /**
   * Tasks that were delivered one after the other returned numbers.
   *
   * @param first - The number of the first, as {@link PoolTask.sequence}.
   * @returns Them in order, and undefined for each that is not known any more.
   */
  onNumbers(slot: WorkerSlot, first: number, values: Int32Array): readonly (PoolTask | undefined)[];
  onItems(slot: WorkerSlot, task: PoolTask, items: readonly ItemOutcome[]): void;
  onError(slot: WorkerSlot, task: PoolTask, error: unknown): void;
  /** A frame of results was handled. */
  onBatch(slot: WorkerSlot, batch: Batch): void;
  onHandBack(slot: WorkerSlot, tasks: readonly PoolTask[]): void;
  onStray(slot: WorkerSlot, error: unknown): void;
  /** The worker is gone, and nothing of it will arrive any more. */
  onGone(slot: WorkerSlot, status: ExitStatus): void;
}

/** So long the end of the channel is awaited after the end of the process: a process of the task's own may hold it open. */
const LAST_WORDS_MS = 100;

/** The parent's side of one worker: what it was given, and what it says. */
export class WorkerSlot {
  readonly state: WorkerState<PoolTask>;
  readonly child: Child;
  /** The worker's name. */
  readonly name: string;
  readonly startedAt: number;
  /** When it had nothing to do last. */
  idleSince: number;
  isReady = false;
  /** An error outside of any task, where there was one: the worker is about to end. */
  stray: unknown;
  /** Whether the pool itself makes the worker go. */
  isExpectedToGo = false;
  readonly #owner: SlotOwner;
  readonly #output: OutputCollector | undefined;
  readonly #budget: BudgetDesk;
  readonly #marshal: Marshal;
  readonly #known = new Set<number>();
  readonly #cells = new CellWriter();
  #exit: ExitStatus | undefined;
  #isChannelOver = false;
  #isGone = false;

  constructor(
    state: WorkerState<PoolTask>,
    child: Child,
    name: string,
    marshal: Marshal,
    owner: SlotOwner,
    now: number,
    output?: OutputCollector,
  ) {
    this.state = state;
    this.child = child;
    this.name = name;
    this.startedAt = now;
    this.idleSince = now;
    this.#marshal = marshal;
    this.#owner = owner;
    this.#output = output;
    this.#budget = new BudgetDesk(child.channel);
    child.channel.setHandler({
      onFrame: (kind, body, buffers) => this.#onFrame(kind, body, buffers),
      onEnd: () => {
        this.#isChannelOver = true;
        this.#settleGone();
      },
    });
    child.onExit((status) => {
      this.#exit = status;
      if (!this.#isChannelOver) setTimeout(() => this.#settleGone(true), LAST_WORDS_MS).unref();
      this.#settleGone();
    });
  }

  /** How many tasks the worker has begun, by its own record; undefined where the record cannot be read. */
  get begun(): number | undefined {
    try {
      return this.child.progress?.read();
    } catch {
      return undefined;
    }
  }

  /** Sends the pool's initializer. */
  initialize(body: Uint8Array, buffers: readonly Uint8Array[]): void {
    this.child.channel.send(FRAME.run, body, buffers);
  }

  /** Whether the worker was given the task and has not answered. */
  has(task: PoolTask): boolean {
    return this.state.inHand.get(task.sequence) === task;
  }

  /** Delivers tasks, and the functions that they name as far as the worker does not have them. @param isAlike - Whether they are known to be of one form. */
  send(tasks: readonly PoolTask[], isAlike: boolean): void {
    const cells = this.#cells;
    let last: TaskForm | undefined;
    const count = isAlike ? 1 : tasks.length;
    for (let i = 0; i < count; i++) {
      const { form } = tasks[i] as PoolTask;
      if (form === last) continue;
      last = form;
      if (form.mode < WITH_FUNCTION && !this.#known.has(form.version.id)) this.#define(form.version);
    }
    writeTasks(cells, tasks);
    const { body, buffers } = cells.take();
    this.child.channel.send(FRAME.tasks, body, buffers);
    for (let i = 0; i < count; i++) {
      const task = tasks[i] as PoolTask;
      if (task.credit > 0) this.credit(task, task.credit);
    }
  }

  /** Tells a task that nobody waits for it any more. */
  abort(task: PoolTask, reason: string): void {
    this.#cells.uint32(task.sequence);
    this.#cells.scalar(reason);
    this.child.channel.send(FRAME.abort, this.#cells.take().body);
  }

  /** Lets a stream go on for so many items. */
  credit(task: PoolTask, count: number): void {
    this.#cells.uint32(task.sequence);
    this.#cells.uint32(count);
    this.child.channel.send(FRAME.credit, this.#cells.take().body);
  }

  /** Tells the worker to leave when it has done what it has. */
  finish(): void {
    this.isExpectedToGo = true;
    this.child.channel.send(FRAME.finish, new Uint8Array(0));
    this.child.channel.flush();
  }

  /** The function will not be named any more. */
  forget(version: FunctionVersion): void {
    if (!this.#known.delete(version.id)) return;
    this.#cells.uint32(version.id);
    this.child.channel.send(FRAME.forget, this.#cells.take().body);
  }

  #define({ id, payload }: FunctionVersion): void {
    this.#known.add(id);
    this.#cells.uint32(id);
    this.#cells.payload(payload);
    const { body, buffers } = this.#cells.take();
    this.child.channel.send(FRAME.define, body, buffers);
  }

  #onFrame(kind: number, body: Uint8Array, buffers: readonly Uint8Array[]): void {
    switch (kind) {
      case FRAME.results:
        return this.#onResults(new CellReader(body, buffers));
      case FRAME.ready:
        this.isReady = true;
        this.#shareFile();
        return this.#owner.onReady(this);
      case FRAME.failed:
        this.isExpectedToGo = true;
        return this.#owner.onFailed(this, reviveError(readError(new CellReader(body, buffers)), this.#marshal));
      case FRAME.stray:
        return this.#owner.onStray(this, reviveError(readError(new CellReader(body, buffers)), this.#marshal));
      case FRAME.handBack:
        return this.#onHandBack(new CellReader(body, buffers));
      case FRAME.askGrant:
        return this.#budget.ask();
      case FRAME.releaseGrant:
        return this.#budget.release();
      case FRAME.log:
        return this.#onReport(decodeReport(body));
      case FRAME.progress:
        return this.#onTaskValue(new CellReader(body, buffers), (task, value) => sinkOf(task)?.onProgress?.(value));
      case FRAME.item:
        return this.#onTaskValue(new CellReader(body, buffers), (task, value) => sinkOf(task)?.onItem?.(value));
    }
  }

  /** The worker's progress record is a file that both have open: large data goes through it, too. */
  #shareFile(): void {
    const descriptor = this.child.progress?.descriptor;
    if (descriptor !== undefined)
      this.child.channel.shareFile(new BufferFile(descriptor, 'parent', roomIn(descriptor)));
  }

  #onReport(report: ChildReport): void {
    if (report.kind === 'record') getLogger().hear(report.record);
    else this.#output?.take(report);
  }

  #onResults(cells: CellReader): void {
    const inHand: PoolTask[] = [];
    let tasks: readonly PoolTask[] = inHand;
    for (let count = cells.uint32(); count > 0; count--) {
      const sequence = cells.uint32();
      const kind = cells.uint8();
      if (kind === RESULT.int32s) {
        const run = this.#owner.onNumbers(this, sequence, cells.int32s(cells.uint32()));
        tasks = tasks.length === 0 && areKnown(run) ? run : [...tasks, ...run.filter((task) => task !== undefined)];
        continue;
      }
      const task = this.state.inHand.get(sequence);
      if (task !== undefined) {
        inHand.push(task);
        if (tasks !== inHand) tasks = [...tasks, task];
      }
      this.#onResult(task, kind, cells);
    }
    const longestMs = cells.float64();
    const wholeMs = cells.float64();
    this.#owner.onBatch(this, { tasks, inHand, longestMs, wholeMs, memory: cells.float64() });
  }

  #onResult(task: PoolTask | undefined, kind: number, cells: CellReader): void {
    switch (kind) {
      case RESULT.value: {
        const cell = cells.cell();
        if (task === undefined) return;
        if (cell instanceof EncodedCell) this.#decode(cell, (value) => this.#owner.onValue(this, task, value), task);
        else this.#owner.onValue(this, task, cell);
        return;
      }
      case RESULT.error: {
        const written = readError(cells);
        if (task !== undefined) this.#owner.onError(this, task, reviveError(written, this.#marshal));
        return;
      }
      case RESULT.items: {
        const items = this.#readItems(cells);
        if (task === undefined) return;
        if (items.some((item) => item instanceof Promise))
          Promise.all(items).then((loaded) => this.#owner.onItems(this, task, loaded));
        else this.#owner.onItems(this, task, items as ItemOutcome[]);
      }
    }
  }

  #readItems(cells: CellReader): (ItemOutcome | Promise<ItemOutcome>)[] {
    const count = cells.uint32();
    const items: (ItemOutcome | Promise<ItemOutcome>)[] = [];
    for (let i = 0; i < count; i++) {
      if (cells.uint8() === RESULT.error)
        items.push({ ok: false, error: reviveError(readError(cells), this.#marshal) });
      else items.push(this.#decodeItem(cells.cell()));
    }
    return items;
  }

  #decodeItem(cell: unknown): ItemOutcome | Promise<ItemOutcome> {
    if (!(cell instanceof EncodedCell)) return { ok: true, value: cell };
    const done = (value: unknown): ItemOutcome => ({ ok: true, value });
    const failed = (error: unknown): ItemOutcome => ({ ok: false, error });
    try {
      const value = decodePayload(this.#marshal, cell);
      return value instanceof Later ? value.promise.then(done, failed) : done(value);
    } catch (error) {
      return failed(error);
    }
  }

  /** Decodes a cell, at once or after what must be loaded first. A value that cannot be decoded fails its task alone. */
  #decode(cell: unknown, deliver: (value: unknown) => void, task: PoolTask): void {
    if (!(cell instanceof EncodedCell)) return deliver(cell);
    const fail = (error: unknown) => this.#owner.onError(this, task, error);
    let value: unknown;
    try {
      value = decodePayload(this.#marshal, cell);
    } catch (error) {
      return fail(error);
    }
    if (value instanceof Later) value.promise.then(deliver, fail);
    else deliver(value);
  }

  #onHandBack(cells: CellReader): void {
    const tasks: PoolTask[] = [];
    while (!cells.isDone) {
      const task = this.state.inHand.get(cells.uint32());
      if (task !== undefined) tasks.push(task);
    }
    this.#owner.onHandBack(this, tasks);
  }

  #onTaskValue(cells: CellReader, deliver: (task: PoolTask, value: unknown) => void): void {
    const task = this.state.inHand.get(cells.uint32());
    const cell = cells.cell();
    if (task !== undefined) this.#decode(cell, (value) => deliver(task, value), task);
  }

  #settleGone(isForced = false): void {
    if (this.#exit === undefined || this.#isGone || !(this.#isChannelOver || isForced)) return;
    this.#isGone = true;
    this.child.channel.destroy();
    this.#output?.end();
    this.#budget.close();
    this.#owner.onGone(this, this.#exit);
    this.child.progress?.close();
  }
}

function areKnown(tasks: readonly (PoolTask | undefined)[]): tasks is readonly PoolTask[] {
  return !tasks.includes(undefined);
}

/** The mode in which a task with these arguments is called. */
export function callMode(args: PoolTask['args']): number {
  return isEncoded(args) ? TASK_MODE.callPayload : TASK_MODE.call;
}
