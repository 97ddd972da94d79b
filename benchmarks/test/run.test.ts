import type { Outcome } from '../dist/harness/model.js';
import { selectCases } from '../dist/harness/plan.js';
import { runCases, type SampleEvent } from '../dist/harness/run.js';
import { ok, peer, someCase, suiteOf } from './support/reports.js';

const suite = suiteOf([someCase('one'), someCase('two')], [peer('ours'), peer('base')]);
const selection = { suites: [], cases: [], peers: [], size: 'default' } as const;
const plan = selectCases([suite], selection);
const options = {
  budget: { size: 'default', timeMs: 1 },
  deadline: Number.POSITIVE_INFINITY,
  onSample: () => {},
} as const;

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

test('what a goal is about comes first in every pass but the first one', async () => {
  const taken: string[] = [];
  await runCases(plan, {
    ...options,
    passes: 2,
    isUrgent: ({ info }) => info.id === 'two',
    takeSample: async (request) => {
      taken.push(request.case);
      return ok({ time: 1 });
    },
  });
  expect(taken).toEqual(['one', 'one', 'two', 'two', 'two', 'two', 'one', 'one']);
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

test('a peer that is far from the best is measured in each third pass; ours and the baseline always are', async () => {
  const taken: string[] = [];
  const peers = [peer('base'), peer('ours', { ours: true }), peer('best'), peer('near'), peer('far')];
  const times: Record<string, number> = { base: 100, ours: 50, best: 10, near: 25, far: 35 };
  await runCases(selectCases([suiteOf([someCase('one')], peers)], selection), {
    ...options,
    passes: 4,
    takeSample: async ({ peer: id }) => ok({ time: times[id]! }),
    onSample: ({ pass, peer: id }) => taken.push(`${pass} ${id}`),
  });
  expect(taken.filter((entry) => entry.endsWith('far'))).toEqual(['0 far', '3 far']);
  for (const id of ['base', 'ours', 'best', 'near'])
    expect(taken.filter((entry) => entry.endsWith(` ${id}`))).toHaveLength(4);
});

test('a peer that takes much longer than the usual one is measured in each third pass', async () => {
  const taken: string[] = [];
  const five = selectCases(
    [
      suiteOf(
        [someCase('one')],
        ['base', 'a', 'b', 'slow'].map((id) => peer(id)),
      ),
    ],
    selection,
  );
  await runCases(five, {
    ...options,
    passes: 4,
    takeSample: async ({ peer: id }) => {
      if (id === 'slow') await new Promise((resolve) => setTimeout(resolve, 1600));
      return ok({ time: 1 });
    },
    onSample: ({ pass, peer: id }) => taken.push(`${pass} ${id}`),
  });
  expect(taken.filter((entry) => entry.endsWith('slow'))).toEqual(['0 slow', '3 slow']);
  expect(taken.filter((entry) => entry.endsWith(' a'))).toHaveLength(4);
});

test('a case with a limit of its own is not measured more often, and does not count as one with few passes', async () => {
  const cases = selectCases([suiteOf([someCase('one'), someCase('two', { maxPasses: 1 })], [peer('base')])], selection);
  const taken: string[] = [];
  const { passes } = await runCases(cases, {
    ...options,
    passes: 3,
    takeSample: async ({ case: id }) => {
      taken.push(id);
      return ok({ time: 1 });
    },
  });
  expect(taken).toEqual(['one', 'two', 'one', 'one']);
  expect(passes).toBe(3);
});

test('an interrupted run keeps what it has, without the sample that was ended', async () => {
  const controller = new AbortController();
  let samples = 0;
  const { cases } = await runCases(plan, {
    ...options,
    passes: 3,
    signal: controller.signal,
    takeSample: async () => {
      if (++samples < 4) return ok({ time: 1 });
      controller.abort();
      return { status: 'failed', detail: 'It was ended.' };
    },
  });
  expect(samples).toBe(4);
  expect(cases.map(({ rows }) => rows.map(({ status }) => status))).toEqual([
    ['ok', 'ok'],
    ['ok', 'unavailable'],
  ]);
});

test('what is known is told after each pass', async () => {
  const known: number[] = [];
  await runCases(plan, {
    ...options,
    passes: 3,
    takeSample: async () => ok({ time: 1 }),
    onPass: ({ passes }) => known.push(passes),
  });
  expect(known).toEqual([1, 2, 3]);
});
