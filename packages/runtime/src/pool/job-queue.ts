import { Ring } from './ring.js';

/** What a {@link JobQueue} must know of a job. */
export interface QueuedJob {
  /** Higher runs earlier. */
  readonly priority: number;
  /** Whether it was cancelled while it waited. The queue drops it when it comes to it. */
  readonly isCancelled: boolean;
  /** Jobs of one form differ in nothing that says where, when and for how long they run. Undefined where that is not known. */
  readonly form?: object | undefined;
}

/** The jobs of one priority, in order. */
export interface JobLevel<J> {
  readonly priority: number;
  readonly jobs: Ring<J>;
}

/** How many jobs wait in several queues together. */
export interface Tally {
  waiting: number;
}

/** So many levels are kept when they are empty; of priorities like points in time, each would be used once. */
const KEPT_LEVELS = 8;

/** Jobs that wait, by priority, and in the order of their coming within one. */
export class JobQueue<J extends QueuedJob> {
  readonly #tally: Tally;
  /** The highest last. */
  readonly #levels: JobLevel<J>[] = [];
  readonly #byPriority = new Map<number, JobLevel<J>>();
  #length = 0;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  /** Jobs that wait here; cancelled ones among them. */
  get length(): number {
    return this.#length;
  }

  /** The levels, the highest last; some of them may be empty. One that runs empty may be removed: go from the end to the start. */
  get levels(): readonly JobLevel<J>[] {
    return this.#levels;
  }

  push(job: J): void {
    this.#levelOf(job.priority).jobs.push(job);
    this.#count(1);
  }

  /** Adds jobs of one priority. */
  pushAll(jobs: readonly J[]): void {
    const [first] = jobs;
    if (first === undefined) return;
    this.#levelOf(first.priority).jobs.pushAll(jobs);
    this.#count(jobs.length);
  }

  /** Adds before all others of the same priority. */
  unshift(job: J): void {
    this.#levelOf(job.priority).jobs.unshift(job);
    this.#count(1);
  }

  /** The first job of a level that was not cancelled. */
  head(level: JobLevel<J>): J | undefined {
    for (;;) {
      const job = level.jobs.peek();
      if (job === undefined || !job.isCancelled) return job;
      this.shift(level);
    }
  }

  /** Takes the first job of a level out. */
  shift(level: JobLevel<J>): void {
    level.jobs.shift();
    this.#count(-1);
    if (level.jobs.length === 0 && this.#levels.length > KEPT_LEVELS) this.#remove(level);
  }

  /** Takes up to `count` jobs of a level out, as long as they are of one form and were not cancelled, and adds them to `taken`. */
  shiftAlike(level: JobLevel<J>, form: object, count: number, taken: J[]): void {
    const { jobs } = level;
    const alike = countAlike(jobs, form, Math.min(count, jobs.length));
    if (alike === 0) return;
    jobs.moveTo(taken, alike);
    this.#count(-alike);
    if (jobs.length === 0 && this.#levels.length > KEPT_LEVELS) this.#remove(level);
  }

  /** Takes everything out, the highest priority first. */
  drain(): J[] {
    const all: J[] = [];
    for (let i = this.#levels.length - 1; i >= 0; i--) all.push(...(this.#levels[i] as JobLevel<J>).jobs.drain());
    this.#levels.length = 0;
    this.#byPriority.clear();
    this.#count(-this.#length);
    return all;
  }

  #count(change: number): void {
    this.#length += change;
    this.#tally.waiting += change;
  }

  #levelOf(priority: number): JobLevel<J> {
    const known = this.#byPriority.get(priority);
    if (known !== undefined) return known;
    const level = { priority, jobs: new Ring<J>() };
    this.#byPriority.set(priority, level);
    this.#levels.splice(this.#placeOf(priority), 0, level);
    return level;
  }

  #remove(level: JobLevel<J>): void {
    this.#byPriority.delete(level.priority);
    this.#levels.splice(this.#placeOf(level.priority), 1);
  }

  /** Where the level of a priority is, or has to be. */
  #placeOf(priority: number): number {
    let low = 0;
    let high = this.#levels.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#levels[middle] as JobLevel<J>).priority < priority) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** How many of the first jobs are of one form and were not cancelled. */
function countAlike<J extends QueuedJob>(jobs: Ring<J>, form: object, most: number): number {
  let count = 0;
  for (; count < most; count++) {
    const job = jobs.at(count) as J;
    if (job.form !== form || job.isCancelled) break;
  }
  return count;
}
