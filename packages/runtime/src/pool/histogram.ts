/** How long something took, in milliseconds. Percentiles are exact to 6 %. */
export interface LatencySummary {
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
}

// The exponent of a float and the first four bits of its fraction are the number of its bucket: sixteen for each power of two.
const float = new Float64Array(1);
const halves = new Uint32Array(float.buffer);
float[0] = 1;
const HIGH = halves[1] === 0 ? 0 : 1;
const SHIFT = 16;
/** From a sixteenth of a microsecond to twelve days; what is beyond counts as the nearest. */
const LEAST_MS = 2 ** -14;
const MOST_MS = 2 ** 30;
const FIRST = bucketOf(LEAST_MS);
const BUCKETS = bucketOf(MOST_MS) - FIRST + 1;

function bucketOf(ms: number): number {
  float[0] = ms;
  return (halves[HIGH] as number) >>> SHIFT;
}

/** The middle of a bucket. */
function middleOf(bucket: number): number {
  halves[HIGH] = (bucket << SHIFT) | (1 << (SHIFT - 1));
  halves[1 - HIGH] = 0;
  return float[0] as number;
}

/**
 * A histogram of durations over all magnitudes, in five kilobytes.
 *
 * Node has one (`createHistogram` of `node:perf_hooks`), which takes values one by one, at 90 ns each: a tenth of what a small
 * task costs. Here a thousand equal ones are one step of 10 ns.
 */
export class Histogram {
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  /** Notes that something took so long, so many times. */
  record(ms: number, times = 1): void {
    if (times <= 0) return;
    const at = Math.min(Math.max(bucketOf(Math.max(ms, LEAST_MS)) - FIRST, 0), BUCKETS - 1);
    this.#counts[at] = (this.#counts[at] as number) + times;
    this.#count += times;
    this.#sum += ms * times;
    if (ms < this.#min) this.#min = ms;
    if (ms > this.#max) this.#max = ms;
  }

  /** What was noted so far; all zeros where nothing was. */
  summary(): LatencySummary {
    const count = this.#count;
    if (count === 0) return { count, mean: 0, min: 0, max: 0, p50: 0, p90: 0, p99: 0, p999: 0 };
    return {
      count,
      mean: this.#sum / count,
      min: this.#min,
      max: this.#max,
      p50: this.#percentile(0.5),
      p90: this.#percentile(0.9),
      p99: this.#percentile(0.99),
      p999: this.#percentile(0.999),
    };
  }

  #percentile(share: number): number {
    let left = Math.ceil(this.#count * share);
    for (let at = 0; at < BUCKETS; at++) {
      left -= this.#counts[at] as number;
      if (left <= 0) return Math.min(Math.max(middleOf(at + FIRST), this.#min), this.#max);
    }
    return this.#max;
  }
}
