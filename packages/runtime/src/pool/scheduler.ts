import type { Pace } from './pace.js';
import { Ring } from './ring.js';

/** What the scheduler must know of a task. */
export interface Job {
  /** Higher runs earlier. */
  readonly priority: number;
  /** Jobs with the same key run in the same worker, as long as it lives. */
  readonly affinity: string | number | undefined;
  /** Runs in a worker that has nothing else to do: because it may have to be ended with its worker. */
  readonly isExclusive: boolean;
  /** How long jobs of its kind take. */
  readonly pace: Pace;
  /** Whether it was cancelled while it waited. The queue drops it when it comes to it. */
  readonly isCancelled: boolean;
  /** Its number among all that its worker was given, modulo 2 ** 32; -1 where it is in no worker's hands. Set by the scheduler. */
  sequence: number;
  /** How long it was expected to take when it was delivered, in nanoseconds. Set by the scheduler. */
  cost: number;
}

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

/** A worker, as the scheduler sees it. */
export interface WorkerState<J extends Job> {
  readonly id: number;
  readonly state: 'starting' | 'ready' | 'leaving' | 'gone';
  /** Delivered and not settled, by {@link Job.sequence}, in the order of delivery. */
  readonly inHand: ReadonlyMap<number, J>;
}

interface Worker<J extends Job> extends WorkerState<J> {
  state: 'starting' | 'ready' | 'leaving' | 'gone';
  readonly inHand: Map<number, J>;
  /** Jobs that must run here. */
  readonly own: Ring<J>;
  /** The sum of the expected durations. */
  load: number;
  delivered: number;
  hasExclusive: boolean;
  /** How many affinity keys live here. */
  keys: number;
}

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
  readonly #workers = new Map<number, Worker<J>>();
  /** Waiting jobs by priority, the highest first. */
  #queues: { readonly priority: number; readonly jobs: Ring<J> }[] = [];
  /** Ready workers with nothing in hand; the one that was busy last comes first, because its caches are warm. */
  readonly #idle: Worker<J>[] = [];
  /** Where the jobs of each affinity key run. */
  readonly #homes = new Map<string | number, Worker<J>>();
  #nextId = 1;
  #waiting = 0;
  #isPumping = false;

  constructor(limits: SchedulerLimits, port: SchedulerPort<J>) {
    this.#limits = limits;
    this.#port = port;
  }

  /** Jobs that wait for a worker; cancelled ones among them. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Workers that are starting or ready. */
  get size(): number {
    let size = 0;
    for (const { state } of this.#workers.values()) if (state !== 'leaving') size++;
    return size;
  }

  /** All workers that are not gone. */
  get workers(): IterableIterator<WorkerState<J>> {
    return this.#workers.values();
  }

  /** How many ready workers have nothing to do. */
  get idleCount(): number {
    return this.#idle.length;
  }

  /** Takes a job in. Call {@link pump} afterwards, once for many. */
  add(job: J): void {
    this.#queueOf(job.priority).push(job);
    this.#waiting++;
  }

  /** Takes jobs back in, before all others of their priority. */
  addFirst(jobs: readonly J[]): void {
    for (let i = jobs.length - 1; i >= 0; i--) {
      const job = jobs[i] as J;
      this.#queueOf(job.priority).unshift(job);
      this.#waiting++;
    }
  }

  /** Takes in a job for one worker alone. */
  addFor(state: WorkerState<J>, job: J): void {
    (state as Worker<J>).own.push(job);
    this.#waiting++;
  }

  /** Registers a worker that is being started. */
  addWorker(): WorkerState<J> {
    const worker: Worker<J> = {
      id: this.#nextId++,
      state: 'starting',
      inHand: new Map(),
      own: new Ring(),
      load: 0,
      delivered: 0,
      hasExclusive: false,
      keys: 0,
    };
    this.#workers.set(worker.id, worker);
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
    if (worker.inHand.get(job.sequence) !== job) return false;
    worker.inHand.delete(job.sequence);
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

  /** The worker is gone. @returns What it had in hand, in the order of delivery, each with the {@link Job.sequence} that it had. */
  workerGone(state: WorkerState<J>): J[] {
    const worker = state as Worker<J>;
    if (worker.state === 'gone') return [];
    worker.state = 'gone';
    this.#workers.delete(worker.id);
    this.#removeIdle(worker);
    this.#reroute(worker);
    const lost = [...worker.inHand.values()];
    worker.inHand.clear();
    return lost;
  }

  /** Takes every waiting job out. */
  drain(): J[] {
    const jobs = this.#queues.flatMap(({ jobs: queued }) => queued.drain());
    for (const worker of this.#workers.values()) jobs.push(...worker.own.drain());
    this.#waiting = 0;
    return jobs;
  }

  /** Delivers what can be delivered, and asks for workers where that helps. */
  pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      this.#retireSpent();
      for (const worker of this.#workers.values())
        if (worker.own.length > 0) this.#deliver(worker, worker.own, MAX_IN_HAND);
      for (const { jobs } of this.#queues) if (jobs.length > 0) this.#distribute(jobs);
      this.#grow();
    } finally {
      this.#isPumping = false;
    }
  }

  /** Idle workers above the minimum, the one that was idle longest first. */
  surplus(): WorkerState<J>[] {
    return this.#idle.slice(0, Math.max(0, this.size - this.#limits.minWorkers));
  }

  #distribute(queue: Ring<J>): void {
    for (;;) {
      const job = this.#head(queue);
      if (job === undefined) return;
      if (job.affinity !== undefined) {
        if (!this.#moveToOwn(queue, job)) return;
        continue;
      }
      const worker = this.#choose(job);
      if (worker === undefined) return;
      // Half of a fair share: what is left goes to whoever is done first.
      const share = Math.ceil(queue.length / (2 * Math.max(1, this.size)));
      if (this.#deliver(worker, queue, share) === 0) return;
    }
  }

  /** The worker for a job: an idle one, otherwise the one with the least work ahead that has room. */
  #choose(job: J): Worker<J> | undefined {
    const idle = this.#idle.at(-1);
    if (idle !== undefined || job.isExclusive) return idle;
    let best: Worker<J> | undefined;
    for (const worker of this.#workers.values())
      if (worker.state === 'ready' && this.#wantsMore(worker) && (best === undefined || worker.load < best.load))
        best = worker;
    return best !== undefined && this.#hasRoom(best, job) ? best : undefined;
  }

  /** Delivers up to `count` jobs from the head of a queue. @returns How many. */
  #deliver(worker: Worker<J>, queue: Ring<J>, count: number): number {
    if (worker.state !== 'ready') return 0;
    const batch: J[] = [];
    while (batch.length < count) {
      const job = this.#head(queue);
      if (job === undefined || !this.#hasRoom(worker, job) || (job.affinity !== undefined && queue !== worker.own))
        break;
      queue.shift();
      this.#waiting--;
      batch.push(job);
      this.#take(worker, job);
    }
    if (batch.length > 0) this.#port.send(worker, batch);
    return batch.length;
  }

  #take(worker: Worker<J>, job: J): void {
    if (worker.inHand.size === 0) this.#removeIdle(worker);
    // A whole number of nanoseconds needs no memory of its own; a fraction does, for each of the jobs that wait.
    job.cost = Math.round(Math.min(job.pace.ms ?? UNKNOWN_MS, LONGEST_MS) * NS_PER_MS);
    job.sequence = worker.delivered++ >>> 0;
    worker.inHand.set(job.sequence, job);
    worker.load += job.cost / NS_PER_MS;
    if (job.isExclusive) worker.hasExclusive = true;
  }

  #hasRoom(worker: Worker<J>, job: J): boolean {
    if (worker.hasExclusive || worker.delivered >= this.#limits.maxJobsPerWorker) return false;
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

  /** The first job of a queue that was not cancelled. */
  #head(queue: Ring<J>): J | undefined {
    for (;;) {
      const job = queue.peek();
      if (job === undefined || !job.isCancelled) return job;
      queue.shift();
      this.#waiting--;
    }
  }

  #moveToOwn(queue: Ring<J>, job: J): boolean {
    const worker = this.#preferred(job.affinity as string | number);
    if (worker === undefined) return false;
    queue.shift();
    worker.own.push(job);
    this.#deliver(worker, worker.own, MAX_IN_HAND);
    return true;
  }

  /** The worker of an affinity key: the one it had, otherwise the one with the fewest keys' jobs ahead. */
  #preferred(key: string | number): Worker<J> | undefined {
    const known = this.#homes.get(key);
    if (known !== undefined && (known.state === 'ready' || known.state === 'starting')) return known;
    let best: Worker<J> | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const worker of this.#workers.values()) {
      if (worker.state === 'leaving') continue;
      const ahead = worker.own.length + worker.inHand.size + worker.keys;
      if (ahead >= least) continue;
      least = ahead;
      best = worker;
    }
    if (best === undefined) return undefined;
    this.#homes.set(key, best);
    best.keys++;
    if (this.#homes.size > MAX_KEYS) this.#homes.delete(this.#homes.keys().next().value as string | number);
    return best;
  }

  /** What was to run in this worker only must find another one. */
  #reroute(worker: Worker<J>): void {
    const own = worker.own.drain();
    this.#waiting -= own.length;
    this.addFirst(own);
  }

  /** Lets workers go that have done their share. */
  #retireSpent(): void {
    if (this.#limits.maxJobsPerWorker === Number.POSITIVE_INFINITY) return;
    for (const worker of this.#workers.values()) {
      if (worker.state !== 'ready' || worker.delivered < this.#limits.maxJobsPerWorker || worker.inHand.size > 0)
        continue;
      this.dismiss(worker);
      this.#port.retire(worker);
    }
  }

  #grow(): void {
    const { minWorkers, maxWorkers } = this.#limits;
    let starting = 0;
    for (const { state } of this.#workers.values()) if (state === 'starting') starting++;
    let size = this.size;
    while (size < minWorkers || (size < maxWorkers && this.#unserved > starting)) {
      this.#port.startWorker();
      if (this.size === size) return;
      size++;
      starting++;
    }
  }

  /** Jobs that a new worker could take. */
  get #unserved(): number {
    let unserved = 0;
    for (const { jobs } of this.#queues) unserved += jobs.length;
    return unserved;
  }

  #removeIdle(worker: Worker<J>): void {
    const at = this.#idle.lastIndexOf(worker);
    if (at >= 0) this.#idle.splice(at, 1);
  }

  #queueOf(priority: number): Ring<J> {
    const found = this.#queues.find((queue) => queue.priority === priority);
    if (found !== undefined) return found.jobs;
    const jobs = new Ring<J>();
    this.#queues = [...this.#queues, { priority, jobs }].sort((a, b) => b.priority - a.priority);
    return jobs;
  }
}
