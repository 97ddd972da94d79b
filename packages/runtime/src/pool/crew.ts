import { encodeSnapshot } from '../channel/marshal.js';
import type { Child } from '../launch/launcher.js';
import { deferred } from '../platform/deferred.js';
import { startTimer, stopTimer, type Timer } from '../platform/timers.js';
import { addChild, nextIdentity } from '../process/children.js';
import { describeExit } from '../process/exit-signal.js';
import { launchChild, type ProcessOrigin } from '../process/process.js';
import { PROCESS_ERROR_CODES, ProcessError, TimeoutError, WorkerDiedError } from '../protocol/errors.js';
import type { WorkerSettings } from '../protocol/pool-frames.js';
import type { ExitStatus } from '../protocol/preparation.js';
import { addCallSite } from './call-site.js';
import { channels } from './diagnostics.js';
import type { FunctionVersion } from './function-registry.js';
import type { ResolvedPoolOptions } from './options.js';
import { RestartPolicy } from './restart-policy.js';
import { Scheduler, type WorkerState } from './scheduler.js';
import { PoolStatistics } from './statistics.js';
import type { ItemOutcome, PoolTask, TaskSink } from './task.js';
import { workerDied } from './worker-death.js';
import { type Batch, type SlotOwner, WorkerSlot } from './worker-slot.js';

const NO_ARGS: readonly unknown[] = Object.freeze([]);
/** So long a worker that was asked to leave may take, before it is ended. */
const LEAVE_MS = 5000;

/** Makes one worker's task of a broadcast; with a sink, where it is not the caller of the broadcast who is told. */
export type MakeTask = (sink?: TaskSink) => PoolTask;

/**
 * The workers of a pool and the tasks in their hands. In: tasks. Out: each task's sink is told exactly once how it ended.
 *
 * Whatever happens to a worker is heard in one place, {@link onGone}.
 */
export class Crew implements SlotOwner {
  readonly statistics: PoolStatistics = new PoolStatistics();
  readonly #origin: ProcessOrigin;
  readonly #options: ResolvedPoolOptions;
  readonly #releaseFunction: (version: FunctionVersion) => void;
  readonly #scheduler: Scheduler<PoolTask>;
  readonly #restarts: RestartPolicy;
  readonly #slots = new Map<WorkerState<PoolTask>, WorkerSlot>();
  readonly #initializer: { readonly body: Uint8Array; readonly buffers: readonly Uint8Array[] } | undefined;
  /** Keeps the program alive while there is something to do; workers themselves do not. */
  readonly #keepAlive: Timer = startTimer(() => {}, Number.POSITIVE_INFINITY);
  readonly #finished = deferred();
  readonly #firstReady = deferred();
  #state: 'running' | 'closing' | 'terminated' = 'running';
  #pending = 0;
  #restartTimer: Timer | undefined;
  #shrinkTimer: Timer | undefined;
  /** Why no worker can be had, for good. */
  #broken: ProcessError | undefined;
  #onceReady = false;

  constructor(
    origin: ProcessOrigin,
    options: ResolvedPoolOptions,
    releaseFunction: (version: FunctionVersion) => void,
  ) {
    this.#origin = origin;
    this.#options = options;
    this.#releaseFunction = releaseFunction;
    this.#restarts = new RestartPolicy(options.maxProcesses);
    this.#keepAlive.unref();
    this.#firstReady.promise.catch(() => {});
    this.#initializer =
      options.initializer === undefined
        ? undefined
        : encodeSnapshot(origin.marshal, [options.initializer, options.initargs], 'initializer');
    this.#scheduler = new Scheduler<PoolTask>(
      {
        minWorkers: options.minProcesses,
        maxWorkers: options.maxProcesses,
        concurrency: options.concurrency,
        maxJobsPerWorker: options.maxTasksPerChild,
      },
      {
        send: (worker, tasks) => this.#send(worker, tasks),
        startWorker: () => this.#startWorker(),
        retire: (worker) => {
          this.statistics.recycled++;
          this.#finishSlot(this.#slots.get(worker));
        },
      },
    );
    this.#scheduler.pump();
    if (this.#broken !== undefined) throw this.#broken;
  }

  /** Resolves when the first worker is ready; rejects when none ever will be. */
  get ready(): Promise<void> {
    // Who waits for it keeps the program alive, as who waits for a task does.
    this.#keepAlive.ref();
    const { promise } = this.#firstReady;
    const release = () => {
      if (this.#pending === 0 && this.#state === 'running') this.#keepAlive.unref();
    };
    promise.then(release, release);
    return promise;
  }

  /** Tasks that were taken in and have not ended. */
  get pending(): number {
    return this.#pending;
  }

  /** Tasks that wait for a worker. */
  get waiting(): number {
    return this.#scheduler.waiting;
  }

  get isRunning(): boolean {
    return this.#state === 'running' && this.#broken === undefined;
  }

  /** All workers. */
  get slots(): IterableIterator<WorkerSlot> {
    return this.#slots.values();
  }

  /** Takes a task in. */
  submit(task: PoolTask): void {
    this.statistics.submitted++;
    this.#setPending(this.#pending + 1);
    if (!this.isRunning) return this.#fail(task, this.#broken ?? this.#notRunning());
    this.#scheduler.add(task);
    this.#schedulePump();
  }

  /** Takes in a task for each worker: `make` is called for the ones there are, and by choice for those to come. */
  broadcast(make: MakeTask, alsoLater: boolean): void {
    if (alsoLater) this.#welcome.add(make);
    for (const slot of this.#slots.values()) this.#submitTo(slot, make());
    this.#schedulePump();
  }

  /** Workers to come are not given the task any more: it failed. */
  stopBroadcast(make: MakeTask): void {
    this.#welcome.delete(make);
  }

  #submitTo(slot: WorkerSlot, task: PoolTask): void {
    task.isPinned = true;
    this.statistics.submitted++;
    this.#setPending(this.#pending + 1);
    if (this.isRunning) this.#scheduler.addFor(slot.state, task);
    else this.#fail(task, this.#broken ?? this.#notRunning());
  }

  /** What every new worker does first. */
  readonly #welcome = new Set<MakeTask>();

  /** Nobody waits for what a later worker is told first: its failure is reported as an event of that worker. */
  #welcomeSlot(slot: WorkerSlot): void {
    for (const make of this.#welcome) {
      const onError = (error: unknown) => {
        // What kills one worker would kill each of its replacements.
        if (error instanceof WorkerDiedError) this.#welcome.delete(make);
        channels.worker.publish({ event: 'error', pid: slot.child.pid, error });
      };
      this.#submitTo(slot, make({ onValue: () => {}, onItems: () => {}, onError }));
    }
  }

  /** Ends a task that nobody wants any more. Its sink is told at once; its worker has a grace to let go of it. */
  cancel(task: PoolTask | undefined, reason: unknown): void {
    if (task === undefined || task.isSettled) return;
    const slot = this.#slotOf(task);
    this.statistics.cancelled++;
    this.#fail(task, reason);
    if (slot !== undefined && task.isDelivered) this.#letGo(slot, task, reason);
    else this.#scheduler.pump();
  }

  /** Lets a stream go on for so many items. */
  credit(task: PoolTask, count: number): void {
    if (!task.isSettled) this.#slotOf(task)?.credit(task, count);
  }

  /** Tells all workers that a function will not be used any more. */
  forget(version: FunctionVersion): void {
    for (const slot of this.#slots.values()) slot.forget(version);
  }

  /** No task will be taken in; those that were are done. */
  close(): void {
    if (this.#state !== 'running') return;
    this.#state = 'closing';
    this.#leaveIfDone();
  }

  /** Everything ends now. */
  terminate(): void {
    if (this.#state === 'terminated') return;
    this.#state = 'terminated';
    const error = new ProcessError(PROCESS_ERROR_CODES.terminated, 'The pool was terminated before the task was done.');
    this.#failAll(error);
    this.#firstReady.reject(error);
    stopTimer(this.#restartTimer);
    for (const slot of this.#slots.values()) {
      slot.isExpectedToGo = true;
      slot.child.signal('SIGTERM');
      this.#killLater(slot, this.#options.graceMs);
    }
    this.#leaveIfDone();
  }

  /** Resolves when the pool was closed or terminated and all workers are gone. */
  join(): Promise<void> {
    if (this.#state === 'running')
      return Promise.reject(
        new ProcessError(
          PROCESS_ERROR_CODES.state,
          'The pool is still running: close() or terminate() it, then join().',
        ),
      );
    this.#keepAlive.ref();
    return this.#finished.promise;
  }

  // What slots tell.

  onReady(slot: WorkerSlot): void {
    this.#restarts.started();
    this.#onceReady = true;
    this.#firstReady.resolve();
    channels.worker.publish({ event: 'ready', pid: slot.child.pid });
    this.#scheduler.workerReady(slot.state);
    this.#shrinkLater();
    this.#leaveIfDone();
  }

  onFailed(slot: WorkerSlot, error: unknown): void {
    const failure = new ProcessError(
      PROCESS_ERROR_CODES.initializer,
      `The initializer of the pool failed in ${this.#describeWorker(slot, false)}: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
    // Where no worker ever began, none will; where some did, the next attempt may succeed.
    if (!this.#onceReady) this.#breakDown(failure);
    else slot.isExpectedToGo = false;
  }

  onValue(_slot: WorkerSlot, task: PoolTask, value: unknown): void {
    if (this.#settle(task)) this.#call(() => task.sink.onValue(value));
  }

  onItems(slot: WorkerSlot, task: PoolTask, items: readonly ItemOutcome[]): void {
    for (const item of items) if (!item.ok) this.#locate(slot, task, item.error);
    if (this.#settle(task)) this.#call(() => task.sink.onItems(items));
  }

  onError(slot: WorkerSlot, task: PoolTask, error: unknown): void {
    this.#locate(slot, task, error);
    this.statistics.failed++;
    this.#fail(task, error);
  }

  onBatch(slot: WorkerSlot, { tasks, wholeMs, longestMs, memory }: Batch): void {
    this.statistics.batch(tasks.length, wholeMs, longestMs);
    let last: PoolTask['pace'] | undefined;
    for (const task of tasks) {
      this.#scheduler.settled(slot.state, task);
      task.sink.onTime?.(wholeMs / tasks.length);
      if (task.pace === last) continue;
      last = task.pace;
      last.learn(tasks.length, wholeMs, longestMs);
    }
    this.#afterWork(slot, memory);
  }

  onHandBack(slot: WorkerSlot, tasks: readonly PoolTask[]): void {
    for (const task of tasks) this.#scheduler.settled(slot.state, task);
    this.#scheduler.addFirst(tasks.filter((task) => !task.isSettled));
    this.#afterWork(slot, 0);
  }

  onStray(slot: WorkerSlot, error: unknown): void {
    channels.worker.publish({ event: 'error', pid: slot.child.pid, error });
    this.#strays.set(slot, error);
  }

  readonly #strays = new Map<WorkerSlot, unknown>();

  /** Every way in which a worker can go ends here: it left, crashed, was ended by us or by somebody else. */
  onGone(slot: WorkerSlot, status: ExitStatus): void {
    const begun = slot.begun;
    this.#slots.delete(slot.state);
    const lost = this.#scheduler.workerGone(slot.state);
    channels.worker.publish({ event: 'exit', pid: slot.child.pid, exitCode: status.exitCode, lost: lost.length });
    this.#settleLost(slot, status, lost, begun);
    this.#strays.delete(slot);
    if (!slot.isExpectedToGo) this.#replace(slot, status);
    if (this.#state === 'running' || this.#pending > 0) this.#scheduler.pump();
    this.#leaveIfDone();
  }

  /** Tasks that had started are lost with their worker; the others never knew it, and run elsewhere. */
  #settleLost(slot: WorkerSlot, status: ExitStatus, lost: readonly PoolTask[], begun: number | undefined): void {
    const again: PoolTask[] = [];
    for (const task of lost) {
      if (task.isSettled) continue;
      task.isDelivered = false;
      const hasStarted = begun === undefined || task.sequence < begun || task.isPinned;
      if (hasStarted && ++task.deaths > (task.options.retries ?? 0))
        this.#reportDeath(slot, task, status, begun === undefined);
      else {
        task.cleanup?.();
        task.cleanup = undefined;
        if (hasStarted) this.statistics.retried++;
        again.push(task);
      }
    }
    this.#scheduler.addFirst(again);
  }

  #reportDeath(slot: WorkerSlot, task: PoolTask, status: ExitStatus, maybeStarted: boolean): void {
    const stray = this.#strays.get(slot) ?? status.cause;
    const error = workerDied(this.#describeWorker(slot, true), slot.child.pid, status, task, maybeStarted, stray);
    addCallSite(error, task.callSite, 'the pool');
    this.statistics.failed++;
    this.#fail(task, error);
  }

  #replace(slot: WorkerSlot, status: ExitStatus): void {
    this.statistics.died++;
    const delay = this.#restarts.died(performance.now(), slot.isReady);
    if (delay === undefined)
      return this.#breakDown(
        new ProcessError(
          PROCESS_ERROR_CODES.failureStorm,
          `The pool's workers die before they begin to work, the last one with ${describeExit(status.exitCode)}. ` +
            'Their standard error says why.',
        ),
      );
    if (delay === 0) return;
    stopTimer(this.#restartTimer);
    this.#restartTimer = startTimer(() => {
      this.#restartTimer = undefined;
      this.#scheduler.pump();
    }, delay);
    if (this.#pending === 0) this.#restartTimer.unref();
  }

  #breakDown(error: ProcessError): void {
    this.#broken ??= error;
    this.#firstReady.reject(error);
    this.#failAll(error);
    for (const slot of this.#slots.values()) {
      slot.isExpectedToGo = true;
      slot.child.signal('SIGTERM');
      this.#killLater(slot, this.#options.graceMs);
    }
  }

  // What the scheduler decides.

  #startWorker(): void {
    if (this.#restartTimer !== undefined || this.#broken !== undefined || this.#state === 'terminated') return;
    if (this.#state === 'closing' && this.#pending === 0) return;
    const { name, launch, concurrency, maxMemoryBytes } = this.#options;
    const identity = nextIdentity();
    const settings: WorkerSettings = {
      concurrency,
      hasInitializer: this.#initializer !== undefined,
      reportsMemory: maxMemoryBytes !== Number.POSITIVE_INFINITY,
    };
    const workerName = `${name}-${identity.join(':')}`;
    let child: Child;
    try {
      child = launchChild(this.#origin, {
        role: 'worker',
        name: workerName,
        daemon: true,
        identity,
        options: launch,
        settings,
      });
    } catch (error) {
      // What keeps one worker from being started keeps all.
      return this.#breakDown(error as ProcessError);
    }
    child.unref();
    const now = performance.now();
    const slot = new WorkerSlot(this.#scheduler.addWorker(), child, workerName, this.#origin.marshal, this, now);
    const active = {
      name: workerName,
      daemon: true,
      // A forked process has its id a moment later.
      get pid() {
        return child.pid;
      },
    };
    addChild(active, child);
    this.#slots.set(slot.state, slot);
    this.statistics.started++;
    channels.worker.publish({ event: 'start', pid: child.pid });
    if (this.#initializer !== undefined) slot.initialize(this.#initializer.body, this.#initializer.buffers);
    this.#welcomeSlot(slot);
    child.channel.flush();
  }

  #send(worker: WorkerState<PoolTask>, tasks: readonly PoolTask[]): void {
    const slot = this.#slots.get(worker) as WorkerSlot;
    slot.send(tasks);
    for (const task of tasks) {
      task.worker = worker;
      if (task.isExclusive) this.#watchTask(task);
      if (task.credit > 0) slot.credit(task, task.credit);
    }
  }

  #slotOf(task: PoolTask): WorkerSlot | undefined {
    return task.worker === undefined ? undefined : this.#slots.get(task.worker);
  }

  /** Its time runs from now: it is alone in its worker, and begins when it arrives. */
  #watchTask(task: PoolTask): void {
    const { timeoutMs } = task.options;
    if (timeoutMs === undefined) return;
    const timer = startTimer(() => {
      this.statistics.timedOut++;
      const error = new TimeoutError(`The task ${task.version.name} ran longer than ${timeoutMs} ms.`);
      addCallSite(error, task.callSite, 'the pool');
      this.cancel(task, error);
    }, timeoutMs);
    const before = task.cleanup;
    task.cleanup = () => {
      stopTimer(timer);
      before?.();
    };
  }

  /** The task was given up; its worker may go on if it lets go of the task in time. */
  #letGo(slot: WorkerSlot, task: PoolTask, reason: unknown): void {
    slot.abort(task, reason instanceof Error ? reason.message : String(reason));
    const timer = startTimer(() => {
      if (slot.state.inHand.has(task)) this.#condemn(slot);
    }, this.#options.graceMs);
    // The worker must be ended, even if nothing else is left to do here.
    if (!this.#options.keepsAlive) timer.unref();
  }

  /** Ends a worker that does not let go. Its other tasks may finish first, where it still reacts. */
  #condemn(slot: WorkerSlot): void {
    this.statistics.killed++;
    this.#scheduler.dismiss(slot.state);
    slot.isExpectedToGo = true;
    slot.child.signal('SIGKILL');
  }

  // Housekeeping.

  #afterWork(slot: WorkerSlot, memory: number): void {
    const now = performance.now();
    slot.idleSince = now;
    const { maxMemoryBytes, maxAgeMs } = this.#options;
    if (memory > maxMemoryBytes || now - slot.startedAt > maxAgeMs) {
      this.#scheduler.dismiss(slot.state);
      this.statistics.recycled++;
    }
    if (slot.state.state === 'leaving' && slot.state.inHand.size === 0) this.#finishSlot(slot);
    this.#scheduler.pump();
    this.#shrinkLater();
    if (this.#state !== 'running') this.#leaveIfDone();
  }

  #finishSlot(slot: WorkerSlot | undefined): void {
    if (slot === undefined || slot.isExpectedToGo) return;
    slot.finish();
    this.#killLater(slot, LEAVE_MS);
  }

  #killLater(slot: WorkerSlot, ms: number): void {
    const timer = startTimer(() => slot.child.signal('SIGKILL'), ms);
    slot.child.onExit(() => stopTimer(timer));
  }

  #shrinkLater(): void {
    const { idleTimeoutMs } = this.#options;
    if (this.#shrinkTimer !== undefined || this.#scheduler.surplus().length === 0) return;
    if (idleTimeoutMs === Number.POSITIVE_INFINITY) return;
    this.#shrinkTimer = startTimer(() => {
      this.#shrinkTimer = undefined;
      this.#shrink(performance.now() - idleTimeoutMs);
      this.#shrinkLater();
    }, idleTimeoutMs);
    this.#shrinkTimer.unref();
  }

  #shrink(idleBefore: number): void {
    for (const worker of this.#scheduler.surplus()) {
      const slot = this.#slots.get(worker);
      if (slot === undefined || slot.idleSince > idleBefore) continue;
      this.#scheduler.dismiss(worker);
      this.#finishSlot(slot);
    }
  }

  #leaveIfDone(): void {
    if (this.#state === 'running' || this.#pending > 0) return;
    if (this.#state === 'closing')
      for (const slot of this.#slots.values()) {
        this.#scheduler.dismiss(slot.state);
        this.#finishSlot(slot);
      }
    if (this.#slots.size > 0) return;
    stopTimer(this.#keepAlive);
    stopTimer(this.#shrinkTimer);
    stopTimer(this.#restartTimer);
    this.#firstReady.resolve();
    this.#finished.resolve();
  }

  #isPumpScheduled = false;

  /** Tasks that are submitted in one turn are distributed together: the scheduler sees how many there are. */
  #schedulePump(): void {
    if (this.#isPumpScheduled) return;
    this.#isPumpScheduled = true;
    queueMicrotask(() => {
      this.#isPumpScheduled = false;
      if (this.#state !== 'terminated') this.#scheduler.pump();
    });
  }

  #setPending(pending: number): void {
    const wasIdle = this.#pending === 0;
    this.#pending = pending;
    if (!this.#options.keepsAlive || wasIdle === (pending === 0)) return;
    if (pending > 0) this.#keepAlive.ref();
    else if (this.#state === 'running') this.#keepAlive.unref();
  }

  /** @returns False where the task's sink was told already. */
  #settle(task: PoolTask): boolean {
    if (task.isSettled) return false;
    task.isSettled = true;
    task.cleanup?.();
    task.cleanup = undefined;
    task.onSettled?.();
    this.#releaseFunction(task.version);
    // Nothing of a task that is done is kept.
    task.args = NO_ARGS;
    this.#setPending(this.#pending - 1);
    return true;
  }

  #fail(task: PoolTask, error: unknown): void {
    if (this.#settle(task)) this.#call(() => task.sink.onError(error));
    if (this.#state !== 'running') this.#leaveIfDone();
  }

  #failAll(error: ProcessError): void {
    for (const task of this.#scheduler.drain()) this.#fail(task, error);
    for (const slot of this.#slots.values()) for (const task of [...slot.state.inHand.keys()]) this.#fail(task, error);
  }

  /** Calls into the user's code: what a callback throws must neither disturb the pool nor be lost. */
  #call(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error), 'PoolCallbackError');
    }
  }

  #locate(slot: WorkerSlot, task: PoolTask, error: unknown): void {
    addCallSite(error, task.callSite, this.#describeWorker(slot, false));
  }

  /** A thread has no process id of its own. */
  #describeWorker({ child, name }: WorkerSlot, isFirst: boolean): string {
    const kind = this.#origin.launcher.method === 'thread' ? `thread ${name}` : `process ${child.pid}`;
    return `${isFirst ? 'Worker' : 'worker'} ${kind}`;
  }

  #notRunning(): ProcessError {
    return new ProcessError(PROCESS_ERROR_CODES.state, 'The pool is not running: it was closed or terminated.');
  }
}
