// How much a worker is given ahead of what it does.
import type { Job, Worker } from './scheduled-worker.js';

/** So much work, in milliseconds, is delivered ahead to a worker: enough to cover a round trip, and the most that a job waits for another. */
export const AHEAD_MS = 2;
/** A job that takes longer than this never waits behind another one in a worker. */
const LONG_MS = 5;
/** The most jobs in one worker's hands. */
export const MAX_IN_HAND = 2048;
/** What a job of unknown duration counts for. */
const UNKNOWN_MS = LONG_MS * 2;
/** What a job counts for at most. */
const LONGEST_MS = 1000;
/** Nanoseconds in a millisecond. */
export const NS_PER_MS = 1e6;

/** What a job counts for, in nanoseconds: a whole number needs no memory of its own; a fraction does, for each of the jobs that wait. */
export function costOf({ pace }: Job): number {
  return Math.round(Math.min(pace.ms ?? UNKNOWN_MS, LONGEST_MS) * NS_PER_MS);
}

/** Whether a worker may be given a job now. */
export function hasPlace<J extends Job>(worker: Worker<J>, job: J, concurrency: number): boolean {
  if (worker.hasExclusive) return false;
  const { size } = worker.inHand;
  if (size === 0) return true;
  if (job.isExclusive || size >= MAX_IN_HAND) return false;
  if (size < concurrency) return true;
  const ms = job.pace.ms ?? UNKNOWN_MS;
  if (worker.load + ms <= AHEAD_MS) return true;
  // One job ahead covers the round trip, where neither it nor the one before it is long.
  return size < concurrency + 1 && worker.load / size <= LONG_MS && ms <= LONG_MS;
}

/** How many jobs of a duration are certain to find room in a worker that runs nothing exclusive. */
export function roomFor<J extends Job>({ load, inHand }: Worker<J>, ms: number): number {
  const most = MAX_IN_HAND - inHand.size;
  return ms === 0 ? most : Math.min(most, Math.floor((AHEAD_MS - load) / ms));
}

/** A worker that has more than half of its share in hand can wait for a larger batch. */
export function wantsMore<J extends Job>({ load, inHand }: Worker<J>, concurrency: number): boolean {
  return load <= AHEAD_MS / 2 || inHand.size <= concurrency;
}
