// The loop of a pool's worker. In: frames with functions and tasks. Out: frames with results.
import type { Payload } from '@mp/codec';
import { BufferFile, roomIn } from '../channel/buffer-file.js';
import { CellReader, CellWriter, EncodedCell, toArray } from '../channel/cells.js';
import type { FrameChannel } from '../channel/frame-channel.js';
import { decodePayload, Later, type Marshal, payloadOf } from '../channel/marshal.js';
import { shareParentsBudget } from '../platform/budget.js';
import { family } from '../platform/family.js';
import { findTaskOfRecords } from '../platform/logger.js';
import { FRAME } from '../protocol/frames.js';
import { TASK_MODE, WITH_FUNCTION, type WorkerSettings } from '../protocol/pool-frames.js';
import type { ChildChannel } from './boot.js';
import { Chunk, callEach, callEachNumber, pendingOf } from './chunk.js';
import { currentTask, findTaskBy, runAsTask } from './current-task.js';
import { reportFailure, reportStray } from './failure.js';
import { FunctionTable, type TaskFunction } from './function-table.js';
import { whileImporting } from './importing.js';
import { createProgressWriter, type ProgressWriter } from './progress-writer.js';
import { forwardOutput } from './reporting.js';
import { ResultWriter } from './result-writer.js';
import { RunningTask } from './running-task.js';
import { type DeliveredTask, TaskQueue, type TaskRun, taskAt } from './task-queue.js';

/** A task that took longer than this gives back the ones behind it: others may be idle meanwhile. */
const SLOW_MS = 20;
/** Results are sent at least so often while tasks run one after another. */
const FLUSH_MS = 1;

/** Runs the tasks that the pool sends, until it says that there will be no more. */
export async function run(child: ChildChannel): Promise<void> {
  // Ctrl-C reaches the whole foreground group; the parent alone decides what becomes of its workers.
  process.on('SIGINT', () => {});
  const settings = child.preparation.settings as WorkerSettings;
  findTaskOfRecords(() => currentTask()?.id);
  if (settings.forwardsOutput) forwardOutput(child.channel);
  let marshal: Marshal | undefined;
  try {
    marshal = await child.marshal;
    const loop = new WorkerLoop(child, marshal, settings);
    await loop.initialize(settings.hasInitializer);
  } catch (error) {
    reportFailure(child.channel, marshal, error);
  }
}

class WorkerLoop {
  readonly #channel: FrameChannel;
  readonly #marshal: Marshal;
  readonly #concurrency: number;
  readonly #functions: FunctionTable;
  readonly #queue = new TaskQueue();
  readonly #results: ResultWriter;
  /** The parent grants a worker to this worker's own pools. */
  readonly #onGrant: () => void;
  readonly #recordProgress: ProgressWriter;
  /** Where large data goes, besides the progress record. */
  readonly #file: BufferFile | undefined;
  readonly #running = new Map<number, RunningTask>();
  /** What the consumers of streams take before these have begun. */
  readonly #earlyCredit = new Map<number, number>();
  #isBlocked = true;
  #isFinishing = false;
  /** The task that runs, where only one at a time does. */
  #only: DeliveredTask | undefined;
  /** The run of which a task runs. */
  #current: TaskRun | undefined;
  #lastFlush = 0;
  #initializer: ((payload: Payload) => void) | undefined;

  constructor(child: ChildChannel, marshal: Marshal, settings: WorkerSettings) {
    this.#channel = child.channel;
    this.#marshal = marshal;
    this.#concurrency = settings.concurrency;
    this.#functions = new FunctionTable(marshal);
    this.#recordProgress = createProgressWriter(child.progress);
    this.#file =
      typeof child.progress === 'number' ? new BufferFile(child.progress, 'child', roomIn(child.progress)) : undefined;
    this.#results = new ResultWriter(child.channel, marshal, settings.reportsMemory);
    if (this.#concurrency === 1)
      findTaskBy(() => {
        const run = this.#current;
        const task = run === undefined ? this.#only : taskAt(run, run.next - 1);
        return task === undefined ? undefined : this.#runningTask(task);
      });
    process.on('uncaughtException', (error) => reportStray(child.channel, marshal, error));
    process.on('exit', () => this.#results.flushNow());
    this.#onGrant = shareParentsBudget(
      {
        ask: () => child.channel.send(FRAME.askGrant, new Uint8Array(0)),
        release: () => child.channel.send(FRAME.releaseGrant, new Uint8Array(0)),
      },
      settings.budget,
    );
    child.listen((kind, body, buffers) => this.#onFrame(kind, body, buffers));
  }

  /** Runs the pool's initializer, and tells the pool that tasks are welcome. */
  async initialize(hasInitializer: boolean): Promise<void> {
    if (hasInitializer) {
      const payload = await new Promise<Payload>((resolve) => {
        this.#initializer = resolve;
        const early = this.#earlyInitializer;
        if (early !== undefined) resolve(early);
      });
      const decoded = decodePayload(this.#marshal, payload);
      const [fn, args] = (decoded instanceof Later ? await decoded.promise : decoded) as [
        TaskFunction,
        readonly unknown[],
      ];
      family().startProblem = undefined;
      await fn(...args);
    }
    family().startProblem = undefined;
    this.#channel.send(FRAME.ready, new Uint8Array(0));
    this.#channel.flush();
    // The parent begins with it when it hears that this worker is ready.
    if (this.#file !== undefined) this.#channel.shareFile(this.#file);
    this.#isBlocked = false;
    this.#run();
  }

  #earlyInitializer: Payload | undefined;

  #onFrame(kind: number, body: Uint8Array, buffers: readonly Uint8Array[]): void {
    switch (kind) {
      case FRAME.tasks:
        this.#queue.addFrame(body, buffers);
        return this.#run();
      case FRAME.define: {
        const cells = new CellReader(body, buffers);
        return this.#functions.define(cells.uint32(), cells.cell() as EncodedCell);
      }
      case FRAME.forget:
        return this.#functions.forget(new CellReader(body, buffers).uint32());
      case FRAME.run:
        this.#earlyInitializer = payloadOf(body, buffers);
        return this.#initializer?.(this.#earlyInitializer);
      case FRAME.abort:
        return this.#abort(new CellReader(body, buffers));
      case FRAME.credit: {
        const cells = new CellReader(body, buffers);
        return this.#addCredit(cells.uint32(), cells.uint32());
      }
      case FRAME.grant:
        return this.#onGrant();
      case FRAME.finish:
        this.#isFinishing = true;
        return this.#leaveIfDone();
    }
  }

  /** Begins tasks until as many run as may, or none is left. */
  #run(): void {
    if (this.#isBlocked) return;
    this.#lastFlush = performance.now();
    for (;;) {
      if (this.#running.size >= this.#concurrency) break;
      const run = this.#queue.head;
      if (run === undefined) break;
      const preparing = run.mode >= WITH_FUNCTION ? undefined : this.#prepare(run.functionId);
      if (preparing !== undefined) {
        this.#block(preparing);
        break;
      }
      const fn =
        run.mode === TASK_MODE.callInt32 && this.#concurrency === 1 ? this.#functions.find(run.functionId) : undefined;
      if (fn === undefined) this.#begin(taskAt(run, this.#queue.step(run)));
      else this.#runAll(run, fn);
    }
    this.#results.flush();
    if (this.#isFinishing) this.#leaveIfDone();
  }

  #prepare(functionId: number): Promise<void> | undefined {
    return this.#functions.find(functionId) === undefined
      ? this.#importing(() => this.#functions.prepare(functionId))
      : undefined;
  }

  /**
   * Runs the tasks of a run one after the other, until one of them waits for something: the case that must cost nothing. What
   * a small task costs is what stands here.
   */
  #runAll(run: TaskRun, fn: TaskFunction): void {
    const args = run.args as Int32Array;
    let started = performance.now();
    while (run.next < run.end) {
      const index = this.#queue.step(run);
      const sequence = (run.sequence + index) >>> 0;
      this.#current = run;
      this.#recordProgress(sequence + 1);
      let outcome: unknown;
      let later: Promise<unknown> | undefined;
      try {
        outcome = fn(args[index]);
        if (typeof outcome === 'object' || typeof outcome === 'function') later = pendingOf(outcome);
      } catch (thrown) {
        started = this.#afterOne(sequence, started);
        this.#results.error(sequence, thrown);
        continue;
      }
      if (later !== undefined) {
        const task = taskAt(run, index);
        this.#runningTask(task);
        this.#current = undefined;
        return this.#settleLater(task, started, later);
      }
      started = this.#afterOne(sequence, started);
      this.#results.value(sequence, outcome);
    }
  }

  /** @returns When the next task begins. */
  #afterOne(sequence: number, started: number): number {
    this.#current = undefined;
    if (this.#running.size > 0) this.#running.delete(sequence);
    return this.#afterSync(started);
  }

  /** Lets no task begin until the promise is settled. */
  #block(until: Promise<unknown>): void {
    this.#isBlocked = true;
    const unblock = () => {
      this.#isBlocked = false;
      this.#run();
    };
    until.then(unblock, unblock);
  }

  #begin(task: DeliveredTask): void {
    this.#recordProgress(task.sequence + 1);
    const started = performance.now();
    let outcome: unknown;
    try {
      outcome =
        task.mode === TASK_MODE.call && this.#concurrency === 1
          ? this.#callSimple(task, this.#functions.get(task.functionId))
          : this.#call(task);
    } catch (thrown) {
      this.#finish(task, started);
      this.#results.error(task.sequence, thrown);
      return;
    }
    this.#take(task, started, outcome);
  }

  #take(task: DeliveredTask, started: number, outcome: unknown): void {
    // A `then` of the user's may throw when it is read or called; `await` makes a rejection of either.
    const later = pendingOf(outcome);
    if (later !== undefined) {
      this.#runningTask(task);
      return this.#settleLater(task, started, later);
    }
    this.#finish(task, started);
    this.#writeOutcome(task, outcome);
  }

  /** A task that is alone, and whose arguments are scalars: the case that must cost nothing. */
  #callSimple(task: DeliveredTask, fn: TaskFunction): unknown {
    const args = task.args as readonly unknown[];
    this.#only = task;
    return args.length === 1 ? fn(args[0]) : fn(...args);
  }

  /** Runs what may load modules of the user's. */
  #importing<T>(load: () => T): T {
    // Tasks that run at the same time may start what they like.
    return this.#running.size > 1 ? load() : whileImporting(load);
  }

  /** Notes that a task runs; made where it is asked for, or does not end at once. */
  #runningTask(task: DeliveredTask): RunningTask {
    const known = this.#running.get(task.sequence);
    if (known !== undefined) return known;
    const running = new RunningTask(task, this.#channel, this.#marshal);
    this.#running.set(task.sequence, running);
    return running;
  }

  #call(task: DeliveredTask): unknown {
    const running = this.#runningTask(task);
    const call = () => this.#invoke(task, running);
    if (this.#concurrency > 1) return runAsTask(running, call);
    this.#only = task;
    return call();
  }

  #invoke(task: DeliveredTask, running: RunningTask): unknown {
    const { args } = task;
    if (task.mode === TASK_MODE.call) return this.#functions.get(task.functionId)(...(args as readonly unknown[]));
    if (args instanceof Int32Array)
      return task.mode === TASK_MODE.map
        ? callEachNumber(args, this.#functions.get(task.functionId))
        : this.#invokeDecoded(task, running, toArray(args));
    if (!(args instanceof EncodedCell)) return this.#invokeDecoded(task, running, args);
    const decoded = this.#importing(() => decodePayload(this.#marshal, args));
    return decoded instanceof Later
      ? decoded.promise.then((loaded) => this.#invokeDecoded(task, running, loaded))
      : this.#invokeDecoded(task, running, decoded);
  }

  #invokeDecoded(task: DeliveredTask, running: RunningTask, decoded: unknown): unknown {
    if (task.mode < WITH_FUNCTION)
      return this.#callAs(task.mode, task.sequence, running, this.#functions.get(task.functionId), decoded);
    const [fn, args] = decoded as [TaskFunction, readonly unknown[]];
    return this.#callAs(task.mode - WITH_FUNCTION, task.sequence, running, fn, args);
  }

  #callAs(mode: number, sequence: number, running: RunningTask, fn: TaskFunction, given: unknown): unknown {
    const args = given as readonly unknown[];
    switch (mode) {
      case TASK_MODE.map:
        return callEach(args, fn as (item: unknown) => unknown);
      case TASK_MODE.starmap:
        return callEach(args, (item) => fn(...(item as readonly unknown[])));
      case TASK_MODE.stream:
        running.addCredit(this.#earlyCredit.get(sequence) ?? 0);
        this.#earlyCredit.delete(sequence);
        return running.stream(fn(...args));
      default:
        return fn(...args);
    }
  }

  #settleLater(task: DeliveredTask, started: number, promise: Promise<unknown>): void {
    promise.then(
      (value) => {
        this.#finish(task, started);
        this.#writeOutcome(task, value);
        this.#run();
      },
      (thrown) => {
        this.#finish(task, started);
        this.#results.error(task.sequence, thrown);
        this.#run();
      },
    );
  }

  #finish(task: DeliveredTask, started: number): void {
    if (this.#running.size > 0) this.#running.delete(task.sequence);
    this.#only = undefined;
    this.#afterSync(started);
  }

  #writeOutcome(task: DeliveredTask, outcome: unknown): void {
    if (outcome instanceof Chunk) this.#results.chunk(task.sequence, outcome);
    else this.#results.value(task.sequence, outcome);
  }

  /** @returns The time. */
  #afterSync(started: number): number {
    const now = performance.now();
    this.#results.time(now - started);
    if (now - started > SLOW_MS && this.#queue.length > 0) this.#handBack();
    if (now - this.#lastFlush < FLUSH_MS) return now;
    this.#lastFlush = now;
    this.#results.flush();
    return performance.now();
  }

  #handBack(): void {
    const cells = new CellWriter();
    for (const sequence of this.#queue.clear()) cells.uint32(sequence);
    this.#channel.send(FRAME.handBack, cells.take().body);
  }

  #abort(cells: CellReader): void {
    const sequence = cells.uint32();
    const reason = cells.cell();
    if (this.#queue.remove(sequence)) {
      const answer = new CellWriter();
      answer.uint32(sequence);
      this.#channel.send(FRAME.handBack, answer.take().body);
    } else this.#running.get(sequence)?.abort(String(reason));
  }

  #addCredit(sequence: number, count: number): void {
    const running = this.#running.get(sequence);
    if (running !== undefined) running.addCredit(count);
    else this.#earlyCredit.set(sequence, count);
  }

  #leaveIfDone(): void {
    if (this.#running.size > 0 || this.#queue.length > 0 || this.#isBlocked) return;
    this.#isBlocked = true;
    const sent = this.#results.flush() ?? Promise.resolve();
    // What the user's exit handlers do is done by `process.exit`; what tasks left running is over.
    sent.then(() => this.#channel.written()).then(() => process.exit());
  }
}
