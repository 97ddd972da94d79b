import { Pace } from '../../dist/pool/pace.js';
import { type Job, Scheduler, type SchedulerLimits, type WorkerState } from '../../dist/pool/scheduler.js';

/** A job that tells what happened to it. */
export interface TestJob extends Job {
  readonly id: number;
  isCancelled: boolean;
  sent: number;
}

/** A scheduler with workers that do nothing by themselves: every test says what happens, and when. */
export class World {
  readonly scheduler: Scheduler<TestJob>;
  readonly workers: WorkerState<TestJob>[] = [];
  readonly retired = new Set<WorkerState<TestJob>>();
  readonly inHand = new Map<WorkerState<TestJob>, TestJob[]>();
  readonly log: { readonly worker: WorkerState<TestJob>; readonly jobs: readonly TestJob[] }[] = [];
  #nextId = 0;

  constructor(limits: Partial<SchedulerLimits> = {}) {
    this.scheduler = new Scheduler<TestJob>(
      { minWorkers: 2, maxWorkers: 2, concurrency: 1, maxJobsPerWorker: Number.POSITIVE_INFINITY, ...limits },
      {
        send: (worker, jobs) => {
          expect(worker.state).toBe('ready');
          expect(this.retired.has(worker)).toBe(false);
          this.log.push({ worker, jobs: [...jobs] });
          for (const job of jobs) job.sent++;
          this.inHand.set(worker, [...(this.inHand.get(worker) ?? []), ...jobs]);
        },
        startWorker: () => {
          this.workers.push(this.scheduler.addWorker());
        },
        retire: (worker) => {
          expect(worker.inHand.size).toBe(0);
          this.retired.add(worker);
        },
      },
    );
    this.scheduler.pump();
  }

  job(options: Partial<Job> = {}): TestJob {
    return {
      id: this.#nextId++,
      priority: 0,
      affinity: undefined,
      isExclusive: false,
      pace: new Pace(),
      isCancelled: false,
      sent: 0,
      sequence: -1,
      cost: 0,
      ...options,
    } as TestJob;
  }

  ready(): this {
    for (const worker of this.workers) this.scheduler.workerReady(worker);
    return this;
  }

  submit(...jobs: TestJob[]): void {
    for (const job of jobs) this.scheduler.add([job]);
    this.scheduler.pump();
  }

  finish(worker: WorkerState<TestJob>, job: TestJob): void {
    this.inHand.set(
      worker,
      (this.inHand.get(worker) ?? []).filter((other) => other !== job),
    );
    this.scheduler.settled(worker, [job]);
    this.scheduler.pump();
  }
}

/** The pace of tasks of two microseconds. */
export const quick = (): Pace => {
  const pace = new Pace();
  pace.learn(1000, 1, 0.002);
  return pace;
};

/** The pace of tasks of a second. */
export const slow = (): Pace => {
  const pace = new Pace();
  pace.learn(1, 1000, 1000);
  return pace;
};
