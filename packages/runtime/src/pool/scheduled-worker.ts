import { InHand, type JobsInHand } from './in-hand.js';
import { JobQueue, type QueuedJob, type Tally } from './job-queue.js';
import type { Pace } from './pace.js';
import { Ring } from './ring.js';

/** What the scheduler must know of a task. */
export interface Job extends QueuedJob {
  /** Jobs with the same key run in the same worker, as long as it lives. */
  readonly affinity: string | number | undefined;
  /** Runs in a worker that has nothing else to do: because it may have to be ended with its worker. */
  readonly isExclusive: boolean;
  /** How long jobs of its kind take. */
  readonly pace: Pace;
  /** Its number among all that its worker was given, modulo 2 ** 32; -1 where it is in no worker's hands. Set by the scheduler. */
  sequence: number;
  /** How long it was expected to take when it was delivered, in nanoseconds. Set by the scheduler. */
  cost: number;
}

/** A worker, as the scheduler sees it. */
export interface WorkerState<J extends Job> {
  readonly id: number;
  readonly state: 'starting' | 'ready' | 'leaving' | 'gone';
  /** Delivered and not settled. */
  readonly inHand: JobsInHand<J>;
}

/** A worker, as only the scheduler may change it. */
export interface Worker<J extends Job> extends WorkerState<J> {
  state: 'starting' | 'ready' | 'leaving' | 'gone';
  readonly inHand: InHand<J>;
  /** Jobs that must run here as long as it lives. */
  readonly own: JobQueue<J>;
  /** Jobs that are meant for this worker alone, and come before all others. */
  readonly pinned: Ring<J>;
  /** The sum of the expected durations. */
  load: number;
  delivered: number;
  hasExclusive: boolean;
  /** How many affinity keys live here. */
  keys: number;
}

/** A worker that is being started. */
export function createWorker<J extends Job>(id: number, tally: Tally): Worker<J> {
  return {
    id,
    state: 'starting',
    inHand: new InHand(),
    own: new JobQueue(tally),
    pinned: new Ring(),
    load: 0,
    delivered: 0,
    hasExclusive: false,
    keys: 0,
  };
}

/** Notes that a worker was given jobs, those of the array from a place on, which count for so many nanoseconds each. */
export function handOver<J extends Job>(worker: Worker<J>, jobs: readonly J[], from: number, cost: number): void {
  const { inHand, delivered } = worker;
  for (let i = from; i < jobs.length; i++) {
    const job = jobs[i] as J;
    job.cost = cost;
    job.sequence = (delivered + i - from) >>> 0;
    inHand.add(job);
  }
  worker.delivered += jobs.length - from;
}
