import type { StartMethod } from '../launch/launcher.js';
import { budget } from '../platform/budget.js';
import { deferred } from '../platform/deferred.js';
import { runSoon } from '../platform/microtask.js';
import type { ProcessOrigin } from '../process/launch-child.js';
import { PROCESS_ERROR_CODES, ProcessError, type TimeoutError } from '../protocol/errors.js';
import type { ExitStatus } from '../protocol/preparation.js';
import { type Batch, learnFrom } from './batch.js';
import { Broadcasts, type MakeTask } from './broadcasts.js';
import { addCallSite } from './call-site.js';
import { channels } from './diagnostics.js';
import type { FunctionVersion } from './function-registry.js';
import type { ResolvedPoolOptions } from './options.js';
import { Recruiter } from './recruiter.js';
import { endWorker, finishWorker, IdleShrink, isSpent } from './retirement.js';
import { Scheduler, schedulerLimits, type WorkerState } from './scheduler.js';
import type { PoolStatistics } from './statistics.js';
import type { ItemOutcome, PoolTask, TaskOwner } from './task.js';
import { divideLost, giveUp, limitTime, notRunning, stillRunning } from './task-end.js';
import { TaskLedger } from './task-ledger.js';
import { describeWorker, initializerFailed, workerDied } from './worker-death.js';
import type { SlotOwner, WorkerSlot } from './worker-slot.js';

/**
 * The workers of a pool and the tasks in their hands. In: tasks. Out: each task's sink is told exactly once how it ended.
 *
 * Whatever happens to a worker is heard in one place, {@link onGone}.
 */
export class Crew implements SlotOwner, TaskOwner {
  readonly #method: StartMethod;
  readonly #options: ResolvedPoolOptions;
  readonly #ledger: TaskLedger;
  readonly #scheduler: Scheduler<PoolTask>;
  readonly #recruiter: Recruiter;
  readonly #broadcasts = new Broadcasts();
  readonly #idleShrink: IdleShrink;
  readonly #slots = new Map<WorkerState<PoolTask>, WorkerSlot>();
  readonly #finished = deferred();
  readonly #firstReady = deferred();
  #state: 'running' | 'closing' | 'terminated' = 'running';
  /** Why no worker can be had, for good. */
  #broken: ProcessError | undefined;
  #onceReady = false;
  #isPumpScheduled = false;

  constructor(
    origin: ProcessOrigin,
    options: ResolvedPoolOptions,
    releaseFunction: (version: FunctionVersion, uses: number) => void,
  ) {
    this.#method = origin.launcher.method;
    this.#options = options;
    this.#ledger = new TaskLedger(options.keepsAlive, releaseFunction);
    this.#recruiter = new Recruiter(origin, options, () => this.#slots.size - this.#scheduler.idleCount);
    this.#firstReady.promise.catch(() => {});
    this.#idleShrink = new IdleShrink(
      options.idleTimeoutMs,
      () => this.#scheduler.surplus().map((worker) => this.#slots.get(worker) as WorkerSlot),
      (slot) => this.#dismiss(slot),
    );
    this.#scheduler = new Scheduler<PoolTask>(schedulerLimits(options), {
      send: (worker, tasks, isAlike) => this.#send(worker, tasks, isAlike),
      startWorker: () => this.#startWorker(),
      retire: (worker) => {
        this.statistics.recycled++;
        finishWorker(this.#slots.get(worker));
      },
    });
    this.#scheduler.pump();
    if (this.#broken !== undefined) throw this.#broken;
  }

  /** Resolves when the first worker is ready, or none is needed yet; rejects when none ever will be. */
  get ready(): Promise<void> {
    if (this.#slots.size === 0 && this.isRunning && this.#options.minProcesses === 0) return Promise.resolve();
    this.#ledger.stayFor(this.#firstReady.promise);
    return this.#firstReady.promise;
  }

  get statistics(): PoolStatistics {
    return this.#ledger.statistics;
  }

  get pending(): number {
    return this.#ledger.pending;
  }

  /** Tasks that wait for a worker. */
  get waiting(): number {
    return this.#scheduler.waiting + this.#ledger.noted;
  }

  get isRunning(): boolean {
    return this.#state === 'running' && this.#broken === undefined;
  }

  /** All workers. */
  get slots(): IterableIterator<WorkerSlot> {
    return this.#slots.values();
  }

  /** Takes a task in. @param isUrgent - Whether to deliver it without waiting for what else is submitted in this turn. */
  submit(task: PoolTask, isUrgent = false): void {
    this.#takeIn();
    this.#ledger.take([task]);
    this.#schedulePump();
    if (this.isRunning) this.#scheduler.add([task]);
    else this.#fail(task, this.#broken ?? notRunning());
    if (isUrgent) this.#scheduler.pump();
  }

  /** Takes in a task of which nothing but the result is wanted, with the others of its turn; while {@link isRunning}. */
  submitPlain(task: PoolTask): void {
    if (this.#ledger.note(task)) this.#schedulePump();
  }

  /** Takes in a task for each worker: `make` is called for the ones there are, and by choice for those to come. */
  broadcast(make: MakeTask, alsoLater: boolean): void {
    this.#recruiter.wantAll();
    if (alsoLater) this.#broadcasts.add(make);
    for (const slot of this.#slots.values())
      if (slot.state.state !== 'leaving') this.#submitTo(slot, this.#broadcasts.make(make));
  }

  /** Workers to come are not given the task any more: it failed. */
  stopBroadcast(make: MakeTask): void {
    this.#broadcasts.delete(make);
  }

  /** Ends a task that nobody wants any more. Its sink is told at once; its worker has a grace to let go of it. */
  cancel(task: PoolTask | undefined, reason: unknown): void {
    if (task === undefined || task.isSettled) return;
    this.#takeIn();
    const slot = this.#slotOf(task);
    this.statistics.cancelled++;
    this.#fail(task, reason);
    if (slot !== undefined && task.isDelivered) giveUp(slot, task, reason, this.#options, this.#condemn);
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
    this.#ledger.stay();
    this.#leaveIfDone();
  }

  /** In a copy of this process: its workers are the parent's, and so is what waits for them. */
  leaveToParent(): void {
    this.#state = 'terminated';
  }

  /** Everything ends now. */
  terminate(): void {
    if (this.#state === 'terminated') return;
    this.#state = 'terminated';
    this.#ledger.stay();
    const error = new ProcessError(PROCESS_ERROR_CODES.terminated, 'The pool was terminated before the task was done.');
    this.#failAll(error);
    this.#firstReady.reject(error);
    this.#recruiter.stop();
    for (const slot of this.#slots.values()) endWorker(slot, this.#options.graceMs);
    this.#leaveIfDone();
  }

  /** Resolves when the pool was closed or terminated and all workers are gone. */
  join(): Promise<void> {
    if (this.#state === 'running') return Promise.reject(stillRunning());
    this.#ledger.stayToTheEnd();
    return this.#finished.promise;
  }

  onReady(slot: WorkerSlot): void {
    this.#recruiter.started(this.pending > 0);
    this.#onceReady = true;
    this.#firstReady.resolve();
    channels.worker.publish({ event: 'ready', pid: slot.child.pid });
    this.#scheduler.workerReady(slot.state);
    this.#idleShrink.schedule();
    this.#leaveIfDone();
  }

  onFailed(slot: WorkerSlot, error: unknown): void {
    const failure = initializerFailed(slot, this.#method, error);
    // Where no worker ever began, none will; where some did, the next attempt may succeed.
    if (!this.#onceReady) this.#breakDown(failure);
    else slot.isExpectedToGo = false;
  }

  onValue(_slot: WorkerSlot, task: PoolTask, value: unknown): void {
    this.#ledger.value(task, value);
  }

  onNumbers(slot: WorkerSlot, first: number, values: Int32Array): readonly (PoolTask | undefined)[] {
    return this.#ledger.numbers(this.#scheduler.settledRun(slot.state, first, values.length), values);
  }

  onItems(slot: WorkerSlot, task: PoolTask, items: readonly ItemOutcome[]): void {
    for (const item of items) if (!item.ok) this.#locate(slot, task, item.error);
    this.#ledger.items(task, items);
  }

  onError(slot: WorkerSlot, task: PoolTask, error: unknown): void {
    this.#locate(slot, task, error);
    this.statistics.failed++;
    this.#fail(task, error);
  }

  onBatch(slot: WorkerSlot, batch: Batch): void {
    this.statistics.batch(batch.tasks, batch.wholeMs, batch.longestMs);
    this.#scheduler.settled(slot.state, batch.inHand);
    learnFrom(batch);
    this.#afterWork(slot, batch.memory);
  }

  onHandBack(slot: WorkerSlot, tasks: readonly PoolTask[]): void {
    this.#scheduler.settled(slot.state, tasks);
    for (const task of tasks) if (task.isPinned) this.#scheduler.addFor(slot.state, task);
    this.#scheduler.addFirst(tasks.filter((task) => !task.isSettled && !task.isPinned));
    this.#afterWork(slot, 0);
  }

  onStray(slot: WorkerSlot, error: unknown): void {
    channels.worker.publish({ event: 'error', pid: slot.child.pid, error });
    slot.stray = error;
  }

  /** Every way in which a worker can go ends here: it left, crashed, was ended by us or by somebody else. */
  onGone(slot: WorkerSlot, status: ExitStatus): void {
    const begun = slot.begun;
    this.#slots.delete(slot.state);
    this.#recruiter.gone(this.#slots.size);
    const lost = this.#broadcasts.keepOrphans(this.#scheduler.workerGone(slot.state));
    channels.worker.publish({ event: 'exit', pid: slot.child.pid, exitCode: status.exitCode, lost: lost.length });
    this.#settleLost(slot, status, lost, begun);
    if (!slot.isExpectedToGo) this.#replace(slot, status);
    // Broadcasts that it was not given go to the one in its place, if there may be one now.
    if (this.#broadcasts.hasOrphans) this.#startWorker();
    for (const task of this.#broadcasts.takeOrphans()) this.#reportDeath(slot, task, status, false);
    if (this.#state === 'running' || this.pending > 0) this.#scheduler.pump();
    this.#leaveIfDone();
  }

  /** Tasks that had started are lost with their worker; the others never knew it, and run elsewhere. */
  #settleLost(slot: WorkerSlot, status: ExitStatus, lost: readonly PoolTask[], begun: number | undefined): void {
    const { dead, retried, again } = divideLost(lost, begun);
    this.statistics.retried += retried.length;
    for (const task of dead) this.#reportDeath(slot, task, status, begun === undefined);
    this.#scheduler.addFirst(again);
  }

  #reportDeath(slot: WorkerSlot, task: PoolTask, status: ExitStatus, maybeStarted: boolean): void {
    const error = workerDied(slot, this.#method, status, task, maybeStarted);
    addCallSite(error, task.callSite, 'the pool');
    this.statistics.failed++;
    this.#fail(task, error);
  }

  #replace(slot: WorkerSlot, status: ExitStatus): void {
    this.statistics.died++;
    try {
      this.#recruiter.died(slot, status, this.pending > 0, () => this.#scheduler.pump());
    } catch (error) {
      this.#breakDown(error as ProcessError);
    }
  }

  #breakDown(error: ProcessError): void {
    this.#broken ??= error;
    this.#firstReady.reject(error);
    this.#failAll(error);
    for (const slot of this.#slots.values()) endWorker(slot, this.#options.graceMs);
  }

  #startWorker(): void {
    if (this.#broken !== undefined || this.#state === 'terminated') return;
    if (this.#state === 'closing' && this.pending === 0) return;
    const workers = [...this.#slots.keys()];
    if (!this.#recruiter.mayStart(workers, this.#scheduler.waiting, () => this.#scheduler.pump())) return;
    let slot: WorkerSlot;
    try {
      slot = this.#recruiter.start(() => this.#scheduler.addWorker(), this);
    } catch (error) {
      return this.#breakDown(error as ProcessError);
    }
    this.#slots.set(slot.state, slot);
    this.statistics.started++;
    const heirs = this.#broadcasts.takeOrphans();
    for (const task of heirs) this.#scheduler.addFor(slot.state, task);
    for (const task of this.#broadcasts.tasksFor(() => slot.child.pid, heirs)) this.#submitTo(slot, task);
    slot.child.channel.flush();
  }

  #submitTo(slot: WorkerSlot, task: PoolTask): void {
    task.isPinned = true;
    this.#ledger.take([task]);
    this.#schedulePump();
    if (this.isRunning) this.#scheduler.addFor(slot.state, task);
    else this.#fail(task, this.#broken ?? notRunning());
  }

  #send(worker: WorkerState<PoolTask>, tasks: readonly PoolTask[], isAlike: boolean): void {
    (this.#slots.get(worker) as WorkerSlot).send(tasks, isAlike);
    this.statistics.delivered(tasks);
    if (!isAlike || !tasks[0]?.form.isPlain) for (const task of tasks) limitTime(task, this.#onTimeOver);
  }

  #slotOf(task: PoolTask): WorkerSlot | undefined {
    return [...this.#slots.values()].find((slot) => slot.has(task));
  }

  readonly #onTimeOver = (task: PoolTask, error: TimeoutError): void => {
    this.statistics.timedOut++;
    this.cancel(task, error);
  };

  /** Ends a worker that does not let go. */
  readonly #condemn = (slot: WorkerSlot): void => {
    this.statistics.killed++;
    this.#scheduler.dismiss(slot.state);
    slot.isExpectedToGo = true;
    slot.child.signal('SIGKILL');
  };

  #afterWork(slot: WorkerSlot, memory: number): void {
    slot.idleSince = performance.now();
    if (isSpent(slot, memory, this.#options) && !this.#scheduler.hasPinned(slot.state)) {
      this.#scheduler.dismiss(slot.state);
      this.statistics.recycled++;
    }
    if (slot.state.inHand.size === 0) {
      budget().retry();
      if (slot.state.state === 'leaving') finishWorker(slot);
    }
    this.#scheduler.pump();
    this.#idleShrink.schedule();
    if (this.#state !== 'running') this.#leaveIfDone();
  }

  #dismiss(slot: WorkerSlot): void {
    this.#scheduler.dismiss(slot.state);
    finishWorker(slot);
  }

  #leaveIfDone(): void {
    if (this.#state === 'running' || this.pending > 0) return;
    if (this.#state === 'closing') for (const slot of this.#slots.values()) this.#dismiss(slot);
    if (this.#slots.size > 0) return;
    this.#ledger.end();
    this.#idleShrink.stop();
    this.#recruiter.stop();
    this.#firstReady.resolve();
    this.#finished.resolve();
  }

  /** Tasks of one turn are distributed together: the scheduler sees how many there are. */
  #schedulePump(): void {
    if (this.#isPumpScheduled) return;
    this.#isPumpScheduled = true;
    runSoon(this.#pumpNow);
  }

  // Not a closure in the method above: that would take memory at each call, also where it has nothing to do.
  readonly #pumpNow = (): void => {
    this.#isPumpScheduled = false;
    this.#takeIn();
    this.#ledger.endTurn();
    if (this.#state !== 'terminated') this.#scheduler.pump();
  };

  #takeIn(): void {
    if (this.#ledger.noted > 0) this.#scheduler.add(this.#ledger.takeNoted());
  }

  #fail(task: PoolTask, error: unknown): void {
    this.#ledger.fail(task, error);
    if (this.#state !== 'running') this.#leaveIfDone();
  }

  #failAll(error: ProcessError): void {
    this.#takeIn();
    for (const task of this.#scheduler.drain()) this.#fail(task, error);
    for (const slot of this.#slots.values()) for (const task of slot.state.inHand.values()) this.#fail(task, error);
  }

  #locate(slot: WorkerSlot, task: PoolTask, error: unknown): void {
    addCallSite(error, task.callSite, describeWorker(slot, this.#method));
  }
}
