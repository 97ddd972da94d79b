import { startTimer, stopTimer } from '../platform/timers.js';
import { PROCESS_ERROR_CODES, ProcessError, TimeoutError } from '../protocol/errors.js';
import { addCallSite } from './call-site.js';
import type { PoolTask } from './task.js';
import type { WorkerSlot } from './worker-slot.js';

/** Starts the clock of a task that has a time limit: it is alone in its worker, and begins when it arrives. */
export function limitTime(task: PoolTask, onOver: (task: PoolTask, error: TimeoutError) => void): void {
  const { timeoutMs } = task.options;
  if (timeoutMs === undefined) return;
  const timer = startTimer(() => {
    const error = new TimeoutError(`The task ${task.version.name} ran longer than ${timeoutMs} ms.`);
    addCallSite(error, task.callSite, 'the pool');
    onOver(task, error);
  }, timeoutMs);
  task.onceRunEnds(() => stopTimer(timer));
}

/** How long a worker has to let go of a task that was given up. */
export interface Grace {
  readonly graceMs: number;
  /** Whether the program waits for it: the worker must be ended, even if nothing else is left to do here. */
  readonly keepsAlive: boolean;
}

/** Tells a worker that a task was given up. It may go on if it lets go of the task in time; otherwise `condemn` is called. */
export function giveUp(
  slot: WorkerSlot,
  task: PoolTask,
  reason: unknown,
  { graceMs, keepsAlive }: Grace,
  condemn: (slot: WorkerSlot) => void,
): void {
  slot.abort(task, reason instanceof Error ? reason.message : String(reason));
  const timer = startTimer(() => {
    if (slot.has(task)) condemn(slot);
  }, graceMs);
  if (!keepsAlive) timer.unref();
}

/** What a worker that is gone had in its hands. */
export interface LostTasks {
  /** They had started, or may have, and died with it. */
  readonly dead: readonly PoolTask[];
  /** They had started, and may be run once more. */
  readonly retried: readonly PoolTask[];
  /** They run elsewhere: the retried ones, and those that the worker never knew. In the order of their delivery. */
  readonly again: readonly PoolTask[];
}

/**
 * Divides what a worker had in its hands by what becomes of it.
 *
 * @param begun - How many tasks the worker had begun, by its own record; undefined where nobody knows.
 */
export function divideLost(lost: readonly PoolTask[], begun: number | undefined): LostTasks {
  const dead: PoolTask[] = [];
  const retried: PoolTask[] = [];
  const again: PoolTask[] = [];
  for (const task of lost) {
    if (task.isSettled) continue;
    const hasStarted = begun === undefined || isBefore(task.sequence, begun) || task.isPinned;
    task.sequence = -1;
    if (hasStarted && ++task.deaths > (task.options.retries ?? 0)) {
      dead.push(task);
      continue;
    }
    task.endRun();
    again.push(task);
    if (hasStarted) retried.push(task);
  }
  return { dead, retried, again };
}

/** Whether a sequence number comes before another one; both wrap around at 2 ** 32, as in RFC 1982. */
function isBefore(sequence: number, other: number): boolean {
  return ((other - sequence) | 0) > 0;
}

/** The error of a task that came too late. */
export function notRunning(): ProcessError {
  return new ProcessError(
    PROCESS_ERROR_CODES.state,
    'The pool is not running: it was closed or terminated, or belongs to the process from which this one was forked.',
  );
}

/** The error of a wait for the end of a pool that nobody ends. */
export function stillRunning(): ProcessError {
  return new ProcessError(
    PROCESS_ERROR_CODES.state,
    'The pool is still running: close() or terminate() it, then join().',
  );
}
