// Medians, spreads and ratios. Pure: numbers in, numbers out.
import type { Estimate } from './model.js';

/** The q-quantile by linear interpolation (the default of R, type 7). */
export function quantile(numbers: readonly number[], q: number): number {
  if (numbers.length === 0) throw new RangeError('There is no quantile of no numbers.');
  const sorted = Float64Array.from(numbers).sort();
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (position - below);
}

export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

/** The median, and the middle half of the numbers: from the first to the third quartile; of up to four, all. */
export function estimate(numbers: readonly number[]): Estimate {
  const tail = numbers.length <= 4 ? 0 : 0.25;
  return { median: median(numbers), low: quantile(numbers, tail), high: quantile(numbers, 1 - tail) };
}

const RESAMPLES = 1000;

/**
 * How many times better one peer is than another, from pairs of numbers taken close to each other in time.
 *
 * The median of the paired ratios, with the 95 % interval of a bootstrap over the pairs. With few pairs that
 * interval is simply from the smallest to the largest ratio. Taken of logarithms, so that swapping the two
 * gives exactly the reciprocal.
 *
 * @param pairs - `[of the peer, of the baseline]`, both greater than 0.
 * @returns more than 1 where the peer is better; `undefined` without pairs.
 */
export function pairedRatio(
  pairs: readonly (readonly [number, number])[],
  better: 'lower' | 'higher',
): Estimate | undefined {
  const logs = pairs
    .filter(([peer, baseline]) => peer > 0 && baseline > 0)
    .map(([peer, baseline]) => (better === 'lower' ? Math.log(baseline / peer) : Math.log(peer / baseline)));
  if (logs.length === 0) return undefined;
  const random = generator(logs.length);
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(Array.from(logs, () => logs[Math.floor(random() * logs.length)]!)),
  );
  return {
    median: Math.exp(median(logs)),
    low: Math.exp(quantile(medians, 0.025)),
    high: Math.exp(quantile(medians, 0.975)),
  };
}

/** How far apart the ends of a ratio's interval may be before it says nothing. */
const MEANINGLESS_SPREAD = 2;

/**
 * What a ratio allows one to say.
 *
 * - `better`, `worse`: the whole interval is on one side of 1.
 * - `level`: it is not, but narrow.
 * - `unclear`: too wide to say anything, or from a single pair.
 */
export type Verdict = 'better' | 'worse' | 'level' | 'unclear';

export function verdict(ratio: Estimate, pairs: number): Verdict {
  if (pairs < 2 || ratio.high / ratio.low > MEANINGLESS_SPREAD) return 'unclear';
  if (ratio.low > 1) return 'better';
  return ratio.high < 1 ? 'worse' : 'level';
}

// Mulberry32: a report made again from the same samples must say the same.
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
