import fc from 'fast-check';
import { Histogram } from '../../dist/pool/histogram.js';
import { contexts, tasks } from '../support/contexts.js';

const durations = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 });

describe('a histogram of durations', () => {
  test('has every percentile within 7 % of the value that has that rank', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const histogram = new Histogram();
        for (const ms of values) histogram.record(ms);
        const summary = histogram.summary();
        const sorted = [...values].sort((a, b) => a - b);
        for (const [share, found] of [
          [0.5, summary.p50],
          [0.9, summary.p90],
          [0.99, summary.p99],
          [0.999, summary.p999],
        ] as const) {
          const exact = sorted[Math.ceil(share * sorted.length) - 1] as number;
          expect(Math.abs(found - exact) / exact).toBeLessThan(0.07);
        }
        expect(summary).toMatchObject({ count: values.length, min: sorted[0], max: sorted.at(-1) });
      }),
    );
  });

  test('counts a value that is noted many times as often', () => {
    fc.assert(
      fc.property(durations, fc.integer({ min: 1, max: 50 }), (values, times) => {
        const [together, one] = [new Histogram(), new Histogram()];
        for (const ms of values) {
          together.record(ms, times);
          for (let i = 0; i < times; i++) one.record(ms);
        }
        const { mean, ...rest } = together.summary();
        const { mean: exact, ...expected } = one.summary();
        expect(rest).toEqual(expected);
        expect(Math.abs(mean - exact) / exact).toBeLessThan(1e-6);
      }),
    );
  });

  test('is all zeros without values, and takes any value', () => {
    expect(new Histogram().summary()).toMatchObject({ count: 0, mean: 0, p999: 0 });
    const histogram = new Histogram();
    for (const ms of [0, 1e-9, 1e12]) histogram.record(ms);
    expect(histogram.summary()).toMatchObject({ count: 3, min: 0, max: 1e12 });
  });
});

describe.each(contexts.filter(([name, , method]) => name === method))(
  'the statistics of a pool by %s',
  (_, context) => {
    test('tell how long tasks waited, ran, and took altogether', async () => {
      await using pool = new context.Pool(1);
      await Promise.all([pool.apply(tasks.block, [60]), pool.apply(tasks.block, [60]), pool.apply(tasks.block, [60])]);
      const { waitTime, runTime, latency } = pool.stats();
      for (const { count } of [waitTime, runTime, latency]) expect(count).toBeGreaterThanOrEqual(3);
      expect(runTime.min).toBeGreaterThanOrEqual(59);
      // The last one waited for two others.
      expect(waitTime.max).toBeGreaterThanOrEqual(110);
      expect(latency.max).toBeGreaterThanOrEqual(170);
      expect(latency.p50).toBeLessThanOrEqual(latency.p99);
    });
  },
);
