import type { SuiteReport } from '../dist/harness/model.js';
import { suites } from '../dist/suites/index.js';
import { evaluateTargets } from '../dist/targets/evaluate.js';
import type { Target } from '../dist/targets/target.js';
import { targets } from '../dist/targets/targets.js';
import { measurement, speed, time } from './support/reports.js';

const rows = (metric: string, numbers: Record<string, readonly number[]>) =>
  Object.entries(numbers).map(([peer, samples]) => ({
    peer,
    status: 'ok' as const,
    measurements: {
      [metric]: measurement([...samples].sort((a, b) => a - b)[samples.length >> 1]!, {
        low: Math.min(...samples),
        high: Math.max(...samples),
        samples,
      }),
    },
  }));

const report: SuiteReport = {
  id: 's',
  title: 's',
  method: '',
  peers: [],
  cases: [
    {
      id: 'fast',
      title: '',
      metrics: [time],
      baseline: 'a',
      rows: rows('time', { ours: [10, 10, 10], a: [20, 20, 20], b: [15, 15, 15], shaky: [5, 10, 40] }),
    },
    {
      id: 'many',
      title: '',
      metrics: [speed],
      baseline: 'a',
      rows: rows('rate', { ours: [300, 300], a: [100, 100], b: [150, 150] }),
    },
  ],
};

const one = (target: Omit<Target, 'id' | 'text'>) => evaluateTargets([{ id: 't', text: 't', ...target }], [report])[0]!;
const fast = { suite: 's', case: 'fast', metric: 'time', peer: 'ours' };
const many = { suite: 's', case: 'many', metric: 'rate', peer: 'ours' };

test('a ratio is against the best of those that are named', () => {
  const result = one({ ours: fast, against: ['a', 'b'], atLeast: 1.4 });
  expect(result.against).toBe('b');
  expect(result.value!.median).toBeCloseTo(1.5, 9);
  expect(result.standing).toBe('met');
});

test('where more is better, the best is the one with most', () => {
  const result = one({ ours: many, against: ['a', 'b'], atLeast: 3 });
  expect(result.against).toBe('b');
  expect(result.value!.median).toBeCloseTo(2, 9);
  expect(result.standing).toBe('missed');
});

test('a goal within the spread is unclear', () => {
  expect(one({ ours: fast, against: ['shaky'], atLeast: 1.2 }).standing).toBe('unclear');
});

test('a number of its own is held to its bound', () => {
  expect(one({ ours: fast, atMost: 10 }).standing).toBe('met');
  expect(one({ ours: fast, atMost: 9 }).standing).toBe('missed');
  expect(one({ ours: many, atLeast: 299 }).standing).toBe('met');
});

test('a figure of another case can be the measure', () => {
  const result = one({ ours: fast, than: { ...fast, peer: 'a' }, atLeast: 2 });
  expect(result).toMatchObject({ against: 'fast a', standing: 'met' });
});

test('without a number, ours or theirs, nothing is said', () => {
  expect(one({ ours: { ...fast, peer: 'nobody' }, atMost: 1 }).standing).toBe('unknown');
  expect(one({ ours: fast, against: ['nobody'], atLeast: 1 }).standing).toBe('unknown');
  expect(one({ ours: { ...fast, case: 'none' }, atMost: 1 }).standing).toBe('unknown');
});

describe('the targets of this package', () => {
  test('no two have the same name', () => {
    expect(new Set(targets.map(({ id }) => id)).size).toBe(targets.length);
  });

  test.each(targets)('$id speaks of a case and of peers that exist', ({ ours, against = [], than }) => {
    for (const figure of [ours, ...against.map((peer) => ({ ...ours, peer })), ...(than === undefined ? [] : [than])]) {
      const suite = suites.find(({ id }) => id === figure.suite)!;
      const info = suite.cases.find(({ id }) => id === figure.case)!;
      expect(info.metrics.map(({ id }) => id)).toContain(figure.metric);
      expect(info.peers ?? suite.peers.map(({ id }) => id)).toContain(figure.peer);
    }
  });
});
