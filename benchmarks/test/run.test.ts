import type { Outcome } from '../dist/harness/model.js';
import { selectCases } from '../dist/harness/plan.js';
import { runCases, type SampleEvent } from '../dist/harness/run.js';
import { ok, peer, someCase, suiteOf } from './support/reports.js';

const suite = suiteOf([someCase('one'), someCase('two')], [peer('ours'), peer('base')]);
const plan = selectCases([suite], { suites: [], cases: [], peers: [], size: 'default' });

async function run(
  outcomeOf: (caseId: string, peerId: string) => Outcome,
  passes: number,
  deadline = Number.POSITIVE_INFINITY,
) {
  const events: SampleEvent[] = [];
  const result = await runCases(plan, {
    budget: { size: 'default', timeMs: 1 },
    passes,
    deadline,
    takeSample: async (request) => outcomeOf(request.case, request.peer),
    onSample: (event) => events.push(event),
  });
  return { ...result, taken: events.map((event) => `${event.pass} ${event.planned.info.id} ${event.peer}`) };
}

test('the peers of a case follow each other, pass after pass, and take turns at being first', async () => {
  const { taken } = await run(() => ok({ time: 1 }), 2);
  expect(taken).toEqual([
    '0 one ours',
    '0 one base',
    '0 two ours',
    '0 two base',
    '1 one base',
    '1 one ours',
    '1 two base',
    '1 two ours',
  ]);
});

test('a peer that was wrong once is marked and not run again', async () => {
  const { taken, cases } = await run(
    (_, id) => (id === 'ours' ? { status: 'wrong', detail: 'It differs.' } : ok({ time: 1 })),
    3,
  );
  expect(taken.filter((entry) => entry.endsWith('one ours'))).toEqual(['0 one ours']);
  expect(cases[0]!.rows[0]).toEqual({ peer: 'ours', status: 'wrong', detail: 'It differs.', measurements: {} });
});

test('a ratio pairs the samples of one pass', async () => {
  let slowdown = 1;
  const { cases } = await run((_, id) => {
    if (id === 'base') slowdown *= 3;
    return ok({ time: id === 'base' ? slowdown * 4 : slowdown });
  }, 1);
  const ours = cases[0]!.rows.find((row) => row.peer === 'ours')!.measurements['time']!;
  expect(ours.ratio!.median).toBeCloseTo(12, 6);
});

test('after the deadline no case is begun, and those that were not reached say so', async () => {
  const { taken, cases, unreached } = await run(() => ok({ time: 1 }), 9, Date.now() - 1);
  expect(taken).toEqual([]);
  expect(unreached).toBe(2);
  expect(cases[0]!.rows[0]).toMatchObject({ status: 'unavailable', detail: expect.stringContaining('--minutes') });
});

test('passes go on until they are as many as wanted', async () => {
  const { taken, passes, unreached } = await run(() => ok({ time: 1 }), 3);
  expect(taken).toHaveLength(12);
  expect([passes, unreached]).toEqual([3, 0]);
});

test('a baseline without a number leaves the others their numbers, without ratios', async () => {
  const { cases } = await run((_, id) => (id === 'base' ? { status: 'cannot', detail: 'no' } : ok({ time: 5 })), 2);
  const ours = cases[0]!.rows.find((row) => row.peer === 'ours')!;
  expect(ours.measurements['time']!.median).toBe(5);
  expect(ours.measurements['time']!.ratio).toBeUndefined();
});

test('a metric that a peer does not have is left out of its row', async () => {
  const { cases } = await run((_, id) => ok(id === 'base' ? { time: 1 } : {}), 1);
  expect(cases[0]!.rows.find((row) => row.peer === 'ours')).toEqual({ peer: 'ours', status: 'ok', measurements: {} });
});
