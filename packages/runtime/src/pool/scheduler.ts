import { aheadOf, Homes, leastAhead } from './affinity.js';
import { type JobLevel, JobQueue } from './job-queue.js';
import { AHEAD_MS, costOf, hasPlace, MAX_IN_HAND, NS_PER_MS, roomFor, wantsMore } from './room.js';
import { createWorker, handOver, type Job, type Worker, type WorkerState } from './scheduled-worker.js';
import type { SchedulerLimits, SchedulerPort } from './scheduler-port.js';

export type { Job, WorkerState } from './scheduled-worker.js';
export { type SchedulerLimits, type SchedulerPort, schedulerLimits } from './scheduler-port.js';

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
  readonly #homes = new Homes<J>();
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

  /** Takes in jobs of one priority. Call {@link pump} afterwards. */
  add(jobs: readonly J[]): void {
    this.#queue.pushAll(jobs);
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

  /** Jobs were done by the worker, or were given back by it. */
  settled(state: WorkerState<J>, jobs: readonly J[]): void {
    const worker = state as Worker<J>;
    const { inHand } = worker;
    const before = inHand.size;
    let load = 0;
    for (let i = 0; i < jobs.length; i++) {
      const job = jobs[i] as J;
      if (!inHand.delete(job)) continue;
      job.sequence = -1;
      load += job.cost;
    }
    this.#unburden(worker, load, before);
  }

  /**
   * Jobs that were delivered one after the other were done.
   *
   * @param first - The number of the first, as {@link Job.sequence}.
   * @returns Them in order, and undefined for each that the worker did not have.
   */
  settledRun(state: WorkerState<J>, first: number, count: number): (J | undefined)[] {
    const worker = state as Worker<J>;
    const { inHand } = worker;
    const before = inHand.size;
    const jobs: (J | undefined)[] = [];
    let load = 0;
    for (let i = 0; i < count; i++) {
      const job = inHand.take((first + i) >>> 0);
      jobs.push(job);
      if (job === undefined) continue;
      job.sequence = -1;
      load += job.cost;
    }
    this.#unburden(worker, load, before);
    return jobs;
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

  /** Work was taken off a worker, in nanoseconds. @param before - How many jobs it had in hand. */
  #unburden(worker: Worker<J>, load: number, before: number): void {
    worker.load -= load / NS_PER_MS;
    if (worker.inHand.size > 0 || before === 0) return;
    worker.load = 0;
    worker.hasExclusive = false;
    if (worker.state === 'ready') this.#idle.push(worker);
  }

  /** The worker for a job: an idle one, otherwise the one with the least work ahead that has room. */
  #choose(job: J): Worker<J> | undefined {
    const idle = this.#idle.at(-1);
    if (idle !== undefined || job.isExclusive) return idle;
    const { concurrency } = this.#limits;
    let best: Worker<J> | undefined;
    for (let i = 0; i < this.#workers.length; i++) {
      const worker = this.#workers[i] as Worker<J>;
      if (worker.state === 'ready' && wantsMore(worker, concurrency) && (best === undefined || worker.load < best.load))
        best = worker;
    }
    return best !== undefined && this.#hasRoom(best, job) ? best : undefined;
  }

  /** Delivers up to `count` jobs of a level. @returns How many. */
  #deliver(worker: Worker<J>, queue: JobQueue<J>, level: JobLevel<J>, count: number): number {
    if (worker.state !== 'ready') return 0;
    const isOwn = queue === worker.own;
    const batch: J[] = [];
    let isAlike = true;
    while (batch.length < count) {
      const job = queue.head(level);
      if (job === undefined || !this.#hasRoom(worker, job) || (job.affinity !== undefined && !isOwn)) break;
      queue.shift(level);
      batch.push(job);
      this.#take(worker, job);
      isAlike &&= job.form !== undefined && job.form === batch[0]?.form;
      if (job.form !== undefined) this.#takeAlike(worker, job, queue, level, count, batch);
    }
    if (batch.length > 0) this.#port.send(worker, batch, isAlike);
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
        if (!hasPlace(worker, job, this.#limits.concurrency)) break;
        batch.push(job);
        this.#take(worker, job);
      }
      worker.pinned.shift();
      this.#tally.waiting--;
    }
    if (batch.length > 0) this.#port.send(worker, batch, false);
  }

  #take(worker: Worker<J>, job: J): void {
    if (worker.inHand.size === 0) this.#removeIdle(worker);
    job.cost = costOf(job);
    job.sequence = worker.delivered++ >>> 0;
    worker.inHand.add(job);
    worker.load += job.cost / NS_PER_MS;
    if (job.isExclusive) worker.hasExclusive = true;
  }

  /** Delivers more jobs of the form of one that was delivered, as many as are certain to find room: what that takes is what a small job costs. */
  #takeAlike(
    worker: Worker<J>,
    { form, cost, isExclusive, pace }: J,
    queue: JobQueue<J>,
    level: JobLevel<J>,
    count: number,
    batch: J[],
  ): void {
    if (form === undefined || isExclusive || pace.ms === undefined) return;
    const fitting = Math.min(
      count - batch.length,
      roomFor(worker, Math.max(pace.ms, cost / NS_PER_MS)),
      this.#limits.maxJobsPerWorker - worker.delivered,
    );
    if (fitting <= 0) return;
    const at = batch.length;
    queue.shiftAlike(level, form, fitting, batch);
    worker.load += ((batch.length - at) * cost) / NS_PER_MS;
    handOver(worker, batch, at, cost);
  }

  #hasRoom(worker: Worker<J>, job: J): boolean {
    return worker.delivered < this.#limits.maxJobsPerWorker && hasPlace(worker, job, this.#limits.concurrency);
  }

  /** Whether any worker might take a job, if it is a short one. */
  get #mayTakeMore(): boolean {
    if (this.#idle.length > 0) return true;
    const { concurrency } = this.#limits;
    for (let i = 0; i < this.#workers.length; i++) {
      const worker = this.#workers[i] as Worker<J>;
      if (worker.state === 'starting') return true;
      if (worker.state !== 'ready' || worker.hasExclusive || !wantsMore(worker, concurrency)) continue;
      const { size } = worker.inHand;
      if (size <= concurrency || worker.load <= AHEAD_MS) return true;
    }
    return false;
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
    const known = this.#homes.of(key);
    if (known !== undefined) return known;
    let best = leastAhead(this.#workers);
    if ((best === undefined || aheadOf(best) > 0) && this.size < this.#limits.maxWorkers) {
      // A key is bound to its worker for good: it must not begin behind another one where there could be a worker more.
      this.#port.startWorker();
      best = leastAhead(this.#workers);
    }
    if (best !== undefined) this.#homes.settle(key, best);
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
