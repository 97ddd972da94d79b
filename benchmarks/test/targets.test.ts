import type { SuiteReport } from '../dist/harness/model.js';
import { suites } from '../dist/suites/index.js';
import { evaluateTargets } from '../dist/targets/evaluate.js';
import type { FigureTarget } from '../dist/targets/target.js';
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

const one = (target: Omit<FigureTarget, 'id' | 'text'>, node?: string) =>
  evaluateTargets([{ id: 't', text: 't', ...target }], [report], node)[0]!;
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

test('where ours refused or was wrong, the goal is missed, and it says why', () => {
  const failing = { peer: 'ours', status: 'wrong', detail: 'It differs.', measurements: {} } as const;
  const info = { ...report.cases[0]!, rows: [failing] };
  const [result] = evaluateTargets([{ id: 't', text: 't', ours: fast, atMost: 1 }], [{ ...report, cases: [info] }]);
  expect(result).toMatchObject({ standing: 'missed', why: 'wrong: It differs.' });
});

test('where ours is not there yet, nothing is said, and it says why', () => {
  const absent = { peer: 'ours', status: 'unavailable', detail: 'There is none yet.', measurements: {} } as const;
  const info = { ...report.cases[0]!, rows: [absent] };
  const [result] = evaluateTargets([{ id: 't', text: 't', ours: fast, atMost: 1 }], [{ ...report, cases: [info] }]);
  expect(result).toMatchObject({ standing: 'unknown', why: 'unavailable: There is none yet.' });
});

test('what must only go through is met by any number, which is shown', () => {
  expect(one({ ours: fast, goesThrough: true })).toMatchObject({ standing: 'met', bound: 'goes through' });
});

test('a goal of one version of Node is not judged on another', () => {
  const goals = [
    { id: 'old', text: '', ours: fast, atMost: 1, beforeNode: 22 },
    { id: 'new', text: '', ours: fast, atMost: 1, fromNode: 22 },
  ];
  const judged = (node: string) => evaluateTargets(goals, [report], node).map(({ id }) => id);
  expect(judged('v20.19.0')).toEqual(['old']);
  expect(judged('v22.12.0')).toEqual(['new']);
});

test('a share counts how many of the named targets reach the ratio', () => {
  const each = (id: string, peer: string) => ({ id, text: '', ours: fast, against: [peer], atLeast: 1 });
  const share = (least: number) => ({ id: 's', text: '', among: ['a', 'b', 'none'], reach: 1.8, share: least });
  const judged = (least: number) => evaluateTargets([each('a', 'a'), each('b', 'b'), share(least)], [report]).at(-1)!;
  expect(judged(0.5)).toMatchObject({ value: { median: 50 }, unit: '%', goal: 50, standing: 'met' });
  expect(judged(0.6).standing).toBe('missed');
});

describe('the targets of this package', () => {
  test('no two have the same name', () => {
    expect(new Set(targets.map(({ id }) => id)).size).toBe(targets.length);
  });

  const ofFigures = targets.filter((target) => 'ours' in target);

  test('a share is of targets that stand before it', () => {
    for (const [index, target] of targets.entries())
      for (const id of 'among' in target ? target.among : [])
        expect(targets.slice(0, index).map((earlier) => earlier.id)).toContain(id);
  });

  test.each(ofFigures)('$id speaks of a case and of peers that exist', ({ ours, against = [], than }) => {
    for (const figure of [ours, ...against.map((peer) => ({ ...ours, peer })), ...(than === undefined ? [] : [than])]) {
      const suite = suites.find(({ id }) => id === figure.suite)!;
      const info = suite.cases.find(({ id }) => id === figure.case)!;
      expect(info.metrics.map(({ id }) => id)).toContain(figure.metric);
      expect(info.peers ?? suite.peers.map(({ id }) => id)).toContain(figure.peer);
    }
  });
});
