import type { ResolvedPoolOptions } from './options.js';
import type { Job, WorkerState } from './scheduled-worker.js';

/** What the scheduler decides. It never calls from inside a call of its own, except for these. */
export interface SchedulerPort<J extends Job> {
  /**
   * Deliver jobs to a worker. The array is not kept.
   *
   * @param isAlike - Whether they are known to be of one {@link Job.form}.
   */
  send(worker: WorkerState<J>, jobs: readonly J[], isAlike: boolean): void;
  /** Start one worker more. */
  startWorker(): void;
  /** The worker has done its share, or is not needed: let it finish, and go. It has nothing to do. */
  retire(worker: WorkerState<J>): void;
}

/** Limits of a {@link Scheduler}. */
export interface SchedulerLimits {
  readonly minWorkers: number;
  readonly maxWorkers: number;
  /** How many jobs may run at once in one worker. */
  readonly concurrency: number;
  /** How many jobs one worker is given before it is replaced. */
  readonly maxJobsPerWorker: number;
}

/** The limits of a pool's scheduler, by what was asked of the pool. */
export function schedulerLimits(options: ResolvedPoolOptions): SchedulerLimits {
  return {
    minWorkers: options.minProcesses,
    maxWorkers: options.maxProcesses,
    concurrency: options.concurrency,
    maxJobsPerWorker: options.maxTasksPerChild,
  };
}
