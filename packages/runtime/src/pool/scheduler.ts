import { type JobLevel, JobQueue } from './job-queue.js';
import { aheadOf, createWorker, type Job, type Worker, type WorkerState } from './scheduled-worker.js';

export type { Job, WorkerState } from './scheduled-worker.js';

/** What the scheduler decides. It never calls from inside a call of its own, except for these. */
export interface SchedulerPort<J extends Job> {
  /** Deliver jobs to a worker. The array is not kept. */
  send(worker: WorkerState<J>, jobs: readonly J[]): void;
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

/** So much work, in milliseconds, is delivered ahead to a worker: enough to cover a round trip, and the most that a job waits for another. */
const AHEAD_MS = 1;
/** A job that takes longer than this never waits behind another one in a worker. */
const LONG_MS = 5;
/** The most jobs in one worker's hands. */
const MAX_IN_HAND = 2048;
/** So many affinity keys are remembered; the oldest are forgotten. */
const MAX_KEYS = 1 << 16;
/** What a job of unknown duration counts for. */
const UNKNOWN_MS = LONG_MS * 2;
/** What a job counts for at most. */
const LONGEST_MS = 1000;
const NS_PER_MS = 1e6;

/**
 * Decides which worker gets which job, and when. It knows no process, no clock and no bytes: what happens is told to it,
 * and what should happen it says through its port.
 *
 * Invariants: a job is in exactly one place (waiting, in one worker's hands, or out); a worker that is leaving or gone
 * receives nothing; no job waits while a worker that may take it has nothing in hand.
 */
export class Scheduler<J extends Job> {
  readonly #limits: SchedulerLimits;
  readonly #port: SchedulerPort<J>;
  /** All that are not gone, in the order of their coming. */
  readonly #workers: Worker<J>[] = [];
  readonly #tally = { waiting: 0 };
  /** Jobs that wait for whoever is free. */
  readonly #queue = new JobQueue<J>(this.#tally);
  /** Ready workers with nothing in hand; the one that was busy last comes first, because its caches are warm. */
  readonly #idle: Worker<J>[] = [];
  /** Where the jobs of each affinity key run. */
  readonly #homes = new Map<string | number, Worker<J>>();
  #nextId = 1;
  #isPumping = false;

  constructor(limits: SchedulerLimits, port: SchedulerPort<J>) {
    this.#limits = limits;
    this.#port = port;
  }

  /** Jobs that wait for a worker; cancelled ones among them. */
  get waiting(): number {
    return this.#tally.waiting;
  }

  /** Workers that are starting or ready. */
  get size(): number {
    let size = 0;
    for (let i = 0; i < this.#workers.length; i++) if (this.#workers[i]?.state !== 'leaving') size++;
    return size;
  }

  /** All workers that are not gone. */
  get workers(): readonly WorkerState<J>[] {
    return this.#workers;
  }

  /** How many ready workers have nothing to do. */
  get idleCount(): number {
    return this.#idle.length;
  }

  /** Takes a job in. Call {@link pump} afterwards, once for many. */
  add(job: J): void {
    this.#queue.push(job);
  }

  /** Takes jobs back in, before all others of their priority. */
  addFirst(jobs: readonly J[]): void {
    for (let i = jobs.length - 1; i >= 0; i--) this.#queue.unshift(jobs[i] as J);
  }

  /** Takes in a job for one worker alone, which is not leaving. */
  addFor(state: WorkerState<J>, job: J): void {
    (state as Worker<J>).pinned.push(job);
    this.#tally.waiting++;
  }

  /** Whether jobs wait for this worker alone: it must not be dismissed before it had them. */
  hasPinned(state: WorkerState<J>): boolean {
    return (state as Worker<J>).pinned.length > 0;
  }

  /** Registers a worker that is being started. */
  addWorker(): WorkerState<J> {
    const worker = createWorker<J>(this.#nextId++, this.#tally);
    this.#workers.push(worker);
    return worker;
  }

  /** The worker takes jobs from now on. */
  workerReady(state: WorkerState<J>): void {
    const worker = state as Worker<J>;
    if (worker.state !== 'starting') return;
    worker.state = 'ready';
    this.#idle.push(worker);
    this.pump();
  }

  /** A job was done by the worker, or was given back by it. */
  settled(state: WorkerState<J>, job: J): boolean {
    const worker = state as Worker<J>;
    if (!worker.inHand.delete(job)) return false;
    job.sequence = -1;
    worker.load -= job.cost / NS_PER_MS;
    if (worker.inHand.size === 0) {
      worker.load = 0;
      worker.hasExclusive = false;
      if (worker.state === 'ready') this.#idle.push(worker);
    }
    return true;
  }

  /** The worker shall receive nothing any more. It keeps what it has. */
  dismiss(state: WorkerState<J>): void {
    const worker = state as Worker<J>;
    if (worker.state === 'gone' || worker.state === 'leaving') return;
    worker.state = 'leaving';
    this.#removeIdle(worker);
    this.#reroute(worker);
  }

  /**
   * The worker is gone.
   *
   * @returns What it had in hand, in the order of delivery, each with the {@link Job.sequence} that it had; and what waited
   *   for it alone.
   */
  workerGone(state: WorkerState<J>): J[] {
    const worker = state as Worker<J>;
    if (worker.state === 'gone') return [];
    worker.state = 'gone';
    this.#workers.splice(this.#workers.indexOf(worker), 1);
    this.#removeIdle(worker);
    this.#reroute(worker);
    const pinned = worker.pinned.drain();
    this.#tally.waiting -= pinned.length;
    const lost = [...worker.inHand.values(), ...pinned];
    worker.inHand.clear();
    return lost;
  }

  /** Takes every waiting job out. */
  drain(): J[] {
    const jobs = this.#queue.drain();
    for (const { own, pinned } of this.#workers) jobs.push(...pinned.drain(), ...own.drain());
    this.#tally.waiting = 0;
    return jobs;
  }

  /** Delivers what can be delivered, and asks for workers where that helps. */
  pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      this.#retireSpent();
      if (this.#hasBound) for (const worker of this.#workers) if (worker.pinned.length > 0) this.#deliverPinned(worker);
      const { levels } = this.#queue;
      for (let i = levels.length - 1; i >= 0; i--) {
        const level = levels[i] as JobLevel<J>;
        if (level.jobs.length === 0) continue;
        this.#deliverOwn(level.priority);
        if (!this.#mayTakeMore) break;
        this.#distribute(level);
      }
      this.#deliverOwn(Number.NEGATIVE_INFINITY);
      this.#grow();
    } finally {
      this.#isPumping = false;
    }
  }

  /** Idle workers above the minimum, the one that was idle longest first. */
  surplus(): WorkerState<J>[] {
    return this.#idle.slice(0, Math.max(0, this.size - this.#limits.minWorkers));
  }

  #distribute(level: JobLevel<J>): void {
    for (;;) {
      const job = this.#queue.head(level);
      if (job === undefined) return;
      if (job.affinity !== undefined) {
        if (!this.#moveToOwn(level, job)) return;
        continue;
      }
      const worker = this.#choose(job);
      if (worker === undefined) return;
      // Half of a fair share: what is left goes to whoever is done first.
      const share = Math.ceil(level.jobs.length / (2 * Math.max(1, this.size)));
      if (this.#deliver(worker, this.#queue, level, share) === 0) return;
    }
  }

  /** The worker for a job: an idle one, otherwise the one with the least work ahead that has room. */
  #choose(job: J): Worker<J> | undefined {
    const idle = this.#idle.at(-1);
    if (idle !== undefined || job.isExclusive) return idle;
    let best: Worker<J> | undefined;
    for (let i = 0; i < this.#workers.length; i++) {
      const worker = this.#workers[i] as Worker<J>;
      if (worker.state === 'ready' && this.#wantsMore(worker) && (best === undefined || worker.load < best.load))
        best = worker;
    }
    return best !== undefined && this.#hasRoom(best, job) ? best : undefined;
  }

  /** Delivers up to `count` jobs of a level. @returns How many. */
  #deliver(worker: Worker<J>, queue: JobQueue<J>, level: JobLevel<J>, count: number): number {
    if (worker.state !== 'ready') return 0;
    const isOwn = queue === worker.own;
    const batch: J[] = [];
    while (batch.length < count) {
      const job = queue.head(level);
      if (job === undefined || !this.#hasRoom(worker, job) || (job.affinity !== undefined && !isOwn)) break;
      queue.shift(level);
      batch.push(job);
      this.#take(worker, job);
    }
    if (batch.length > 0) this.#port.send(worker, batch);
    return batch.length;
  }

  /** Whether jobs wait for a certain worker. */
  get #hasBound(): boolean {
    return this.#tally.waiting > this.#queue.length;
  }

  /** Delivers what must run in a certain worker, down to a priority: the same job is not overtaken by lower ones for that. */
  #deliverOwn(lowest: number): void {
    if (!this.#hasBound) return;
    for (const worker of this.#workers) {
      const { own } = worker;
      for (let i = own.levels.length - 1; i >= 0 && own.length > 0; i--) {
        const level = own.levels[i] as JobLevel<J>;
        if (level.priority < lowest) break;
        if (level.jobs.length > 0) this.#deliver(worker, own, level, MAX_IN_HAND);
      }
    }
  }

  /** Delivers what is for one worker alone: also to one that has had its share of jobs, which leaves when it is done. */
  #deliverPinned(worker: Worker<J>): void {
    if (worker.state !== 'ready') return;
    const batch: J[] = [];
    for (let job = worker.pinned.peek(); job !== undefined; job = worker.pinned.peek()) {
      if (!job.isCancelled) {
        if (!this.#hasPlace(worker, job)) break;
        batch.push(job);
        this.#take(worker, job);
      }
      worker.pinned.shift();
      this.#tally.waiting--;
    }
    if (batch.length > 0) this.#port.send(worker, batch);
  }

  #take(worker: Worker<J>, job: J): void {
    if (worker.inHand.size === 0) this.#removeIdle(worker);
    // A whole number of nanoseconds needs no memory of its own; a fraction does, for each of the jobs that wait.
    job.cost = Math.round(Math.min(job.pace.ms ?? UNKNOWN_MS, LONGEST_MS) * NS_PER_MS);
    job.sequence = worker.delivered++ >>> 0;
    worker.inHand.add(job);
    worker.load += job.cost / NS_PER_MS;
    if (job.isExclusive) worker.hasExclusive = true;
  }

  #hasRoom(worker: Worker<J>, job: J): boolean {
    return worker.delivered < this.#limits.maxJobsPerWorker && this.#hasPlace(worker, job);
  }

  /** Whether any worker might take a job, if it is a short one. */
  get #mayTakeMore(): boolean {
    if (this.#idle.length > 0) return true;
    const { concurrency } = this.#limits;
    for (let i = 0; i < this.#workers.length; i++) {
      const worker = this.#workers[i] as Worker<J>;
      if (worker.state === 'starting') return true;
      if (worker.state !== 'ready' || worker.hasExclusive || !this.#wantsMore(worker)) continue;
      const { size } = worker.inHand;
      if (size <= concurrency || worker.load <= AHEAD_MS) return true;
    }
    return false;
  }

  #hasPlace(worker: Worker<J>, job: J): boolean {
    if (worker.hasExclusive) return false;
    const { size } = worker.inHand;
    if (size === 0) return true;
    if (job.isExclusive || size >= MAX_IN_HAND) return false;
    if (size < this.#limits.concurrency) return true;
    const ms = job.pace.ms ?? UNKNOWN_MS;
    if (worker.load + ms <= AHEAD_MS) return true;
    // One job ahead covers the round trip, where neither it nor the one before it is long.
    return size < this.#limits.concurrency + 1 && worker.load / size <= LONG_MS && ms <= LONG_MS;
  }

  /** A worker that has more than half of its share in hand can wait for a larger batch. */
  #wantsMore(worker: Worker<J>): boolean {
    return worker.load <= AHEAD_MS / 2 || worker.inHand.size <= this.#limits.concurrency;
  }

  #moveToOwn(level: JobLevel<J>, job: J): boolean {
    const worker = this.#preferred(job.affinity as string | number);
    if (worker === undefined) return false;
    this.#queue.shift(level);
    worker.own.push(job);
    this.#deliverOwn(level.priority);
    return true;
  }

  /** The worker of an affinity key: the one it had, otherwise the one with the fewest keys' jobs ahead. */
  #preferred(key: string | number): Worker<J> | undefined {
    const known = this.#homes.get(key);
    if (known !== undefined && (known.state === 'ready' || known.state === 'starting')) return known;
    let best = this.#leastAhead();
    if ((best === undefined || aheadOf(best) > 0) && this.size < this.#limits.maxWorkers) {
      // A key is bound to its worker for good: it must not begin behind another one where there could be a worker more.
      this.#port.startWorker();
      best = this.#leastAhead();
    }
    if (best === undefined) return undefined;
    this.#homes.set(key, best);
    best.keys++;
    if (this.#homes.size > MAX_KEYS) this.#homes.delete(this.#homes.keys().next().value as string | number);
    return best;
  }

  #leastAhead(): Worker<J> | undefined {
    let best: Worker<J> | undefined;
    for (const worker of this.#workers)
      if (worker.state !== 'leaving' && (best === undefined || aheadOf(worker) < aheadOf(best))) best = worker;
    return best;
  }

  /** What was to run in this worker as long as it lives must find another one. */
  #reroute(worker: Worker<J>): void {
    this.addFirst(worker.own.drain());
  }

  /** Lets workers go that have done their share. */
  #retireSpent(): void {
    if (this.#limits.maxJobsPerWorker === Number.POSITIVE_INFINITY) return;
    for (const worker of this.#workers) {
      if (worker.state !== 'ready' || worker.delivered < this.#limits.maxJobsPerWorker) continue;
      if (worker.inHand.size > 0 || worker.pinned.length > 0) continue;
      this.dismiss(worker);
      this.#port.retire(worker);
    }
  }

  #grow(): void {
    const { minWorkers, maxWorkers } = this.#limits;
    let size = this.size;
    if (size >= maxWorkers) return;
    let starting = 0;
    for (const { state } of this.#workers) if (state === 'starting') starting++;
    while (size < minWorkers || (size < maxWorkers && this.#queue.length > starting)) {
      this.#port.startWorker();
      if (this.size === size) return;
      size++;
      starting++;
    }
  }

  #removeIdle(worker: Worker<J>): void {
    const at = this.#idle.lastIndexOf(worker);
    if (at >= 0) this.#idle.splice(at, 1);
  }
}
