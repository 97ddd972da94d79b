import { Histogram, type LatencySummary } from './histogram.js';
import type { PoolTask } from './task.js';

/** A task, as the statistics see it. */
type TimedTask = Pick<PoolTask, 'turn'>;

/** What a pool has done so far. */
export interface PoolCounts {
  /** Tasks that were taken in; a chunk counts as one. */
  readonly submitted: number;
  /** Tasks that workers answered, with a value or an error. */
  readonly answered: number;
  /** Tasks that ended with an error of their own or with their worker. */
  readonly failed: number;
  readonly cancelled: number;
  readonly timedOut: number;
  /** Runs that were repeated because the worker died. */
  readonly retried: number;
  /** Workers that were started. */
  readonly started: number;
  /** Workers that died without being asked to go. */
  readonly died: number;
  /** Workers that were ended because their task did not listen. */
  readonly killed: number;
  /** Workers that were replaced for the number of their tasks, their age or their memory. */
  readonly recycled: number;
  /** How long tasks waited, from the turn of the event loop in which they were submitted until they left for a worker. */
  readonly waitTime: LatencySummary;
  /** How long tasks ran in their workers. Small ones are timed in groups, of which the longest is known alone. */
  readonly runTime: LatencySummary;
  /** How long it took from the submission of a task to its result. */
  readonly latency: LatencySummary;
}

/** Counts what a pool does. */
export class PoolStatistics {
  submitted = 0;
  failed = 0;
  cancelled = 0;
  timedOut = 0;
  retried = 0;
  started = 0;
  died = 0;
  killed = 0;
  recycled = 0;
  #answered = 0;
  readonly #waitTime = new Histogram();
  readonly #runTime = new Histogram();
  readonly #latency = new Histogram();

  /** Tasks leave for a worker. */
  delivered(tasks: readonly TimedTask[]): void {
    recordSince(this.#waitTime, tasks);
  }

  /** A worker answered tasks. */
  batch(tasks: readonly TimedTask[], wholeMs: number, longestMs: number): void {
    const count = tasks.length;
    if (count === 0) return;
    this.#answered += count;
    this.#runTime.record(longestMs);
    this.#runTime.record(Math.max(0, wholeMs - longestMs) / (count - 1), count - 1);
    recordSince(this.#latency, tasks);
  }

  /** The counts as they are now. */
  snapshot(): PoolCounts {
    const { submitted, failed, cancelled, timedOut, retried, started, died, killed, recycled } = this;
    return {
      submitted,
      answered: this.#answered,
      failed,
      cancelled,
      timedOut,
      retried,
      started,
      died,
      killed,
      recycled,
      waitTime: this.#waitTime.summary(),
      runTime: this.#runTime.summary(),
      latency: this.#latency.summary(),
    };
  }
}

/** How long it is since each task was submitted. Tasks of one turn come together, and are noted together. */
function recordSince(histogram: Histogram, tasks: readonly TimedTask[]): void {
  const now = performance.now();
  const [earliest] = tasks;
  if (earliest === undefined) return;
  // They wait and are answered in the order of their coming: what the ends have in common, those between them have.
  if (tasks.at(-1)?.turn === earliest.turn)
    return histogram.record(Math.max(0, now - (earliest.turn?.at ?? now)), tasks.length);
  let first = 0;
  for (let i = 1; i <= tasks.length; i++) {
    const { turn } = tasks[first] as TimedTask;
    if (i < tasks.length && tasks[i]?.turn === turn) continue;
    histogram.record(Math.max(0, now - (turn?.at ?? now)), i - first);
    first = i;
  }
}
