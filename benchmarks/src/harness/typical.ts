// What stands for many repetitions within one sample. In a report it is the median: what a user sees. When two builds
// are compared it is the time of the fast ones: what others do on the machine makes some repetitions slower and none
// faster, so a change of the code shows there first.
import { quantile } from './statistics.js';

const MEDIAN = 0.5;
const FAST = 0.1;

let wanted = MEDIAN;

/** From now on, in this process, the fast repetitions count: for comparing two builds. */
export function countFastRepetitions(): void {
  wanted = FAST;
}

/** Whether two builds are compared. */
export function isComparing(): boolean {
  return wanted === FAST;
}

/** @param times - How long each repetition took. */
export function typical(times: readonly number[]): number {
  return quantile(times, wanted);
}
