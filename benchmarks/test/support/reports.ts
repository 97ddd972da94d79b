// Small reports for the tests of everything that reads one.
import type { Case, Measurement, Metric, Outcome, Peer, Suite } from '../../dist/harness/model.js';
import { summarizeCase } from '../../dist/harness/summarize.js';
import type { Report } from '../../dist/report/report.js';
import { evaluateTargets } from '../../dist/targets/evaluate.js';
import type { Target } from '../../dist/targets/target.js';

export const speed: Metric = { id: 'rate', title: 'tasks', unit: '/s', better: 'higher' };
export const time: Metric = { id: 'time', title: 'there and back', unit: 'µs', better: 'lower' };

export function peer(id: string, more: Partial<Peer> = {}): Peer {
  return { id, title: id.toUpperCase(), use: `how \`${id}\` is used`, ...more };
}

export function someCase(id: string, more: Partial<Case> = {}): Case {
  return { id, title: `the case ${id}`, metrics: [time], baseline: 'base', timeoutMs: 1000, ...more };
}

export function suiteOf(cases: readonly Case[], peers: readonly Peer[]): Suite {
  const runner = (): never => {
    throw new Error('A test of the plan runs nothing.');
  };
  return { id: 'runtime/pool', title: 'Pools', method: 'By `hand`.', peers, cases, runner };
}

export const ok = (values: Record<string, number>): Outcome => ({ status: 'ok', values });

export function measurement(median: number, more: Partial<Measurement> = {}): Measurement {
  return { median, low: median, high: median, samples: [median, median, median], ...more };
}

/** Two cases, of which one has a peer for each way in which there is no number. */
export function fixtureReport(targets: readonly Target[] = []): Report {
  const peers = ['ours', 'base', 'wrong', 'slow'].map((id) => ({
    ...peer(id, id === 'ours' ? { ours: true } : {}),
    version: '1.2.3',
  }));
  const passes = (numbers: readonly number[]): Outcome[] => numbers.map((number) => ok({ time: number }));
  const cases = [
    summarizeCase(
      someCase('small'),
      new Map<string, Outcome[]>([
        ['ours', passes([10, 11, 12])],
        ['base', passes([100, 110, 120])],
        ['wrong', [{ status: 'wrong', detail: 'The copy <differs>.' }]],
        ['slow', [{ status: 'slow', detail: 'It did not end within 1 s.' }]],
      ]),
    ),
    summarizeCase(
      someCase('large', { curve: { curve: 'size', title: 'Time against size', axis: 'bytes', x: 1000 } }),
      new Map([
        ['ours', passes([1000, 100, 5000])],
        ['base', passes([1000, 1000, 1000])],
      ]),
    ),
  ];
  const suites = [{ id: 'runtime/pool', title: 'Pools', method: 'By `hand`.', peers, cases }];
  return {
    format: 1,
    date: '2026-01-02T03:04:05.678Z',
    command: 'npm run bench -- --suite runtime',
    build: 'abc1234567',
    size: 'default',
    passes: 3,
    machine: {
      processor: 'Some Processor',
      processors: 2,
      memoryGB: 16,
      system: 'linux 6 x64',
      virtual: true,
      node: 'v20.19.0',
      v8: '11',
      python: undefined,
    },
    disturbance: { loadBefore: 0.1, stolen: 0 },
    warnings: ['Beware & take <care>.'],
    suites,
    targets: evaluateTargets(targets, suites),
  };
}
