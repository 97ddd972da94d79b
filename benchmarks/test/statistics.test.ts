import fc from 'fast-check';
import { estimate, median, pairedRatio, quantile, verdict } from '../dist/harness/statistics.js';

const measured = fc.double({ min: 1e-6, max: 1e9, noNaN: true });

test('the median of an even count lies between the two in the middle', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test('the median does not change the order of the numbers it was given', () => {
  const numbers = [3, 1, 2];
  median(numbers);
  expect(numbers).toEqual([3, 1, 2]);
});

test('a quantile of no numbers is refused', () => {
  expect(() => quantile([], 0.5)).toThrow(RangeError);
});

test('quantiles sort by value, not by spelling', () => {
  expect(quantile([10, 9, 100], 1)).toBe(100);
});

test('a spread covers the median, and of few numbers all of them', () => {
  fc.assert(
    fc.property(fc.array(measured, { minLength: 1, maxLength: 30 }), (numbers) => {
      const { median: middle, low, high } = estimate(numbers);
      expect(low).toBeLessThanOrEqual(middle);
      expect(high).toBeGreaterThanOrEqual(middle);
      if (numbers.length <= 4) expect([low, high]).toEqual([Math.min(...numbers), Math.max(...numbers)]);
    }),
  );
});

test('a peer that takes half the time is twice as good', () => {
  const ratio = pairedRatio([[5, 10]], 'lower')!;
  expect(ratio.median).toBeCloseTo(2, 10);
});

test('a peer that does half as many a second is half as good', () => {
  expect(pairedRatio([[5, 10]], 'higher')!.median).toBeCloseTo(0.5, 10);
});

test('drift that hits both alike does not widen a paired ratio', () => {
  const pairs: [number, number][] = [1, 3, 10, 0.5, 7].map((slowdown) => [slowdown, 2 * slowdown]);
  const ratio = pairedRatio(pairs, 'lower')!;
  expect([ratio.low, ratio.median, ratio.high].map((n) => n.toFixed(9))).toEqual([
    '2.000000000',
    '2.000000000',
    '2.000000000',
  ]);
});

test('with three pairs the interval is from the smallest to the largest ratio', () => {
  const ratio = pairedRatio(
    [
      [1, 1],
      [1, 2],
      [1, 4],
    ],
    'lower',
  )!;
  expect(ratio.low).toBeCloseTo(1, 10);
  expect(ratio.high).toBeCloseTo(4, 10);
});

test('swapping two peers gives the reciprocal', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(measured, measured), { minLength: 1, maxLength: 9 }), (pairs) => {
      const there = pairedRatio(pairs, 'lower')!;
      const back = pairedRatio(
        pairs.map(([a, b]) => [b, a]),
        'lower',
      )!;
      expect(there.median * back.median).toBeCloseTo(1, 6);
    }),
  );
});

test('the same pairs always give the same interval', () => {
  const pairs: [number, number][] = Array.from({ length: 8 }, (_, i) => [i + 1, ((i * 7) % 5) + 1]);
  expect(pairedRatio(pairs, 'lower')).toEqual(pairedRatio(pairs, 'lower'));
});

test('without pairs there is no ratio', () => {
  expect(pairedRatio([], 'lower')).toBeUndefined();
});

test('a zero, which no clock measures, gives no ratio', () => {
  expect(pairedRatio([[0, 5]], 'lower')).toBeUndefined();
});

describe('a verdict', () => {
  test('is better when the whole interval is above 1', () => {
    expect(verdict({ median: 1.3, low: 1.1, high: 1.5 }, 5)).toBe('better');
  });
  test('is worse when the whole interval is below 1', () => {
    expect(verdict({ median: 0.8, low: 0.7, high: 0.9 }, 5)).toBe('worse');
  });
  test('is level when a narrow interval holds 1', () => {
    expect(verdict({ median: 1.02, low: 0.95, high: 1.1 }, 5)).toBe('level');
  });
  test('is unclear when the spread is too wide, even on one side of 1', () => {
    expect(verdict({ median: 3, low: 1.5, high: 6 }, 5)).toBe('unclear');
  });
  test('is unclear from a single pair', () => {
    expect(verdict({ median: 3, low: 3, high: 3 }, 1)).toBe('unclear');
  });
});
