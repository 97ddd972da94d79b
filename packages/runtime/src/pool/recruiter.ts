import { encodeSnapshot } from '../channel/marshal.js';
import { budget, countBusy, type WithdrawRequest } from '../platform/budget.js';
import { startTimer, stopTimer, type Timer } from '../platform/timers.js';
import { addChild, nextIdentity } from '../process/children.js';
import { describeExit } from '../process/exit-signal.js';
import { launchChild, type ProcessOrigin } from '../process/launch-child.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import type { WorkerSettings } from '../protocol/pool-frames.js';
import type { ExitStatus } from '../protocol/preparation.js';
import { channels } from './diagnostics.js';
import { FirstTurn } from './first-turn.js';
import type { ResolvedPoolOptions } from './options.js';
import { RestartPolicy } from './restart-policy.js';
import type { WorkerState } from './scheduler.js';
import type { PoolTask } from './task.js';
import { OutputCollector } from './worker-output.js';
import { type SlotOwner, WorkerSlot } from './worker-slot.js';

/** Starts the workers of a pool, and says how soon one that died is replaced. */
export class Recruiter {
  readonly #origin: ProcessOrigin;
  readonly #options: ResolvedPoolOptions;
  readonly #restarts: RestartPolicy;
  readonly #busy: () => number;
  #forgetBusy: (() => void) | undefined;
  readonly #firstTurn: FirstTurn;
  readonly #initializer: { readonly body: Uint8Array; readonly buffers: readonly Uint8Array[] } | undefined;
  #pause: Timer | undefined;
  /** What was asked of the budget, and not granted yet. */
  #request: WithdrawRequest | undefined;
  #isGranted = false;
  /** Granted workers that there are. */
  #inUse = 0;

  /**
   * @param busy - How many workers have something to do.
   * @throws SerializeError where the initializer cannot travel.
   */
  constructor(origin: ProcessOrigin, options: ResolvedPoolOptions, busy: () => number) {
    this.#busy = busy;
    this.#origin = origin;
    this.#options = options;
    this.#restarts = new RestartPolicy(options.maxProcesses);
    this.#firstTurn = new FirstTurn(origin.launcher.method);
    this.#initializer =
      options.initializer === undefined
        ? undefined
        : encodeSnapshot(origin.marshal, [options.initializer, options.initargs], 'initializer');
  }

  /**
   * Whether a worker may be started now: not while workers die so fast that the next one has to wait, nor before it is granted
   * where the pool shares a budget with others.
   *
   * @param workers - Those that there are.
   * @param waiting - How many tasks wait.
   * @param resume - Called when it may be asked again.
   */
  mayStart(workers: readonly { readonly state: string }[], waiting: number, resume: () => void): boolean {
    const starting = workers.filter(({ state }) => state === 'starting').length;
    if (this.#pause !== undefined || !this.#firstTurn.mayStart(waiting > starting, resume)) return false;
    // The first one has the CPU of whoever waits for it.
    if (!this.#options.sharesBudget || workers.length === 0) return true;
    if (this.#isGranted) {
      this.#isGranted = false;
      this.#inUse++;
      return true;
    }
    this.#request ??= budget().request(() => {
      this.#request = undefined;
      this.#isGranted = true;
      resume();
      // It is not needed any more.
      if (this.#isGranted) budget().release();
      this.#isGranted = false;
    });
    return false;
  }

  /** A worker is gone, and so many are left. */
  gone(size: number): void {
    for (; this.#inUse > Math.max(0, size - 1); this.#inUse--) budget().release();
  }

  /**
   * Starts a worker.
   *
   * @param register - Makes the scheduler's view of it, once it is certain that there is one.
   * @throws ProcessError where it cannot be started: what keeps one worker from being started keeps all.
   */
  start(register: () => WorkerState<PoolTask>, owner: SlotOwner): WorkerSlot {
    const { launch, concurrency, maxMemoryBytes, onOutput } = this.#options;
    const identity = nextIdentity();
    const settings: WorkerSettings = {
      concurrency,
      hasInitializer: this.#initializer !== undefined,
      reportsMemory: maxMemoryBytes !== Number.POSITIVE_INFINITY,
      forwardsOutput: onOutput !== undefined,
      budget: budget().limit,
    };
    const name = `${this.#options.name}-${identity.join(':')}`;
    const child = launchChild(this.#origin, {
      role: 'worker',
      name,
      daemon: true,
      identity,
      options: launch,
      settings,
    });
    this.#forgetBusy ??= countBusy(this.#busy);
    child.unref();
    const output = onOutput === undefined ? undefined : new OutputCollector(child, name, onOutput);
    const slot = new WorkerSlot(register(), child, name, this.#origin.marshal, owner, performance.now(), output);
    const active = {
      name,
      daemon: true,
      // A forked process has its id a moment later.
      get pid() {
        return child.pid;
      },
    };
    addChild(active, child);
    channels.worker.publish({ event: 'start', pid: child.pid });
    if (this.#initializer !== undefined) slot.initialize(this.#initializer.body, this.#initializer.buffers);
    return slot;
  }

  /** A worker began to work. @param isAwaited - Whether there are tasks, which it is about to be given. */
  started(isAwaited: boolean): void {
    this.#firstTurn.ready(isAwaited);
    this.#restarts.started();
  }

  /** All workers are wanted, whatever there is to do. */
  wantAll(): void {
    this.#firstTurn.end();
  }

  /**
   * A worker died that nobody had asked to go. Where its replacement has to wait, `resume` is called when it may be started.
   *
   * @param isAwaited - Whether there are tasks that need a worker: the program stays alive for them.
   * @throws ProcessError with code `MP_FAILURE_STORM` where there is no point in starting another one.
   */
  died(slot: WorkerSlot, { exitCode, cause }: ExitStatus, isAwaited: boolean, resume: () => void): void {
    const delay = this.#restarts.died(performance.now(), slot.isReady);
    if (delay === undefined)
      throw new ProcessError(
        PROCESS_ERROR_CODES.failureStorm,
        `The pool's workers die before they begin to work, the last one with ${describeExit(exitCode)}. ` +
          (cause === undefined ? 'Their standard error says why.' : `It could not begin: ${cause.message}`),
        { cause },
      );
    if (delay === 0) return;
    stopTimer(this.#pause);
    this.#pause = startTimer(() => {
      this.#pause = undefined;
      resume();
    }, delay);
    if (!isAwaited) this.#pause.unref();
  }

  /** No worker will be started any more. */
  stop(): void {
    this.#firstTurn.stop();
    stopTimer(this.#pause);
    this.#request?.();
    this.#forgetBusy?.();
  }
}
