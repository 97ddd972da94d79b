import { confirm, type Difference, findDifferences, renderDifferences } from '../dist/compare/differences.js';
import { BASE, HEAD, originalRequest, planComparison } from '../dist/compare/plan.js';
import { renderComparison } from '../dist/compare/render.js';
import type { Outcome } from '../dist/harness/model.js';
import { selectCases } from '../dist/harness/plan.js';
import { summarizeCase } from '../dist/harness/summarize.js';
import { ok, peer, someCase, suiteOf } from './support/reports.js';

const compared = (base: readonly number[], head: readonly number[] | Outcome) => {
  const outcomes = (numbers: readonly number[]): Outcome[] => numbers.map((number) => ok({ time: number }));
  const info = someCase('rpc mp', { baseline: BASE.id });
  return summarizeCase(
    info,
    new Map([
      [BASE.id, outcomes(base)],
      [HEAD.id, 'status' in head ? [head] : outcomes(head)],
    ]),
  );
};

test('each of ours meets itself, and peers are left out', () => {
  const suite = suiteOf([someCase('rpc')], [peer('mp', { ours: true }), peer('mp-tree', { ours: true }), peer('base')]);
  const plan = planComparison(selectCases([suite], { suites: [], cases: [], peers: [], size: 'default' }));
  expect(plan.map(({ info }) => info.id)).toEqual(['rpc mp', 'rpc mp-tree']);
  expect(plan[0]!.peers.map(({ id }) => id)).toEqual(['base', 'head']);
});

test('a sample of a comparison asks for the original case and peer, of the right build', () => {
  const roots = { base: '/base', head: '/head' };
  const request = { suite: 's', case: 'rpc mp-tree', peer: 'base', budget: { size: 'default', timeMs: 1 } } as const;
  expect(originalRequest(request, roots)).toMatchObject({ suite: 's', case: 'rpc', peer: 'mp-tree', root: '/base' });
  expect(originalRequest({ ...request, peer: 'head' }, roots)).toMatchObject({ root: '/head' });
});

test('a build that is slower in every pass is worse', () => {
  const [difference] = findDifferences([compared([10, 11, 10, 12, 10, 11], [15, 16, 15, 18, 15, 17])]);
  expect(difference).toMatchObject({ case: 'rpc mp', metric: 'time', change: 'worse' });
});

test('a machine that slows down for both alike is no difference', () => {
  expect(findDifferences([compared([10, 30, 100, 5, 70, 20], [10.1, 29.9, 101, 5, 70.2, 20])])).toEqual([]);
});

test('less than one part in twenty is not reported, however sure', () => {
  expect(findDifferences([compared(Array(9).fill(100), Array(9).fill(103))])).toEqual([]);
});

test('few passes prove nothing, however far apart', () => {
  expect(findDifferences([compared([10], [30])])).toEqual([]);
  expect(findDifferences([compared([10, 10, 10, 10, 10], [30, 30, 30, 30, 30])])).toEqual([]);
});

test('a build that no longer gives a result is broken', () => {
  const [difference] = findDifferences([compared([10, 10], { status: 'wrong', detail: 'It differs.' })]);
  expect(difference).toMatchObject({ change: 'broken', detail: 'wrong: It differs.' });
});

test('only what a second run finds again, in the same direction, counts', () => {
  const difference = (id: string, change: Difference['change']): Difference => ({
    case: id,
    metric: 'time',
    title: 'time',
    change,
    ratio: { median: 2, low: 1.9, high: 2.1 },
  });
  const first = [difference('a', 'worse'), difference('b', 'worse'), difference('c', 'better')];
  const second = [difference('a', 'worse'), difference('b', 'better'), difference('d', 'worse')];
  expect(confirm(first, second).map((found) => found.case)).toEqual(['a']);
});

test('no difference is said in words', () => {
  expect(renderDifferences([])).toContain('No difference');
});

test('a comparison says how much there was to see, and warns where there was little', () => {
  const cases = [compared([10, 10], [10, 10])];
  const text = renderComparison({ cases, differences: [], passes: 2, suspects: 3 }, { head: 'abc', base: 'def' });
  expect(text).toContain('This build (abc) against def.');
  expect(text).toContain('No difference between the builds');
  expect(text).toContain('1 metrics of 1 cases, 2 passes; 3 looked different');
  expect(text).toContain('Warning: with fewer than 6 passes');
});
