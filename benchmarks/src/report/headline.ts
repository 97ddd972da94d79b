// The few lines of a report that a README shows: ours against the best peer, case by case.
import type { CaseReport, Measurement, Metric, SuiteReport } from '../harness/model.js';
import { verdict } from '../harness/statistics.js';
import { ratioOf } from '../harness/summarize.js';
import { formatRatio, formatValue } from './format.js';
import { table } from './markdown.js';
import type { Report } from './report.js';

interface Line {
  readonly suite: string;
  readonly case: string;
  readonly metric: string;
  readonly ours: string;
  readonly text: string;
}

const lines: readonly Line[] = [
  {
    suite: 'runtime/pool',
    case: 'tasks-100k',
    metric: 'rate',
    ours: 'mp-spawn',
    text: '100 000 empty tasks, one by one',
  },
  { suite: 'runtime/pool', case: 'map-100k', metric: 'rate', ours: 'mp-spawn', text: '`map` over 100 000 numbers' },
  {
    suite: 'runtime/pool',
    case: 'round-trip',
    metric: 'time',
    ours: 'mp-spawn',
    text: 'one small task there and back',
  },
  { suite: 'runtime/pool', case: 'echo-1MB', metric: 'time', ours: 'mp-spawn', text: '1 MB there and back' },
  {
    suite: 'runtime/pool',
    case: 'records-10k',
    metric: 'time',
    ours: 'mp-spawn',
    text: '10 000 records there and back',
  },
  {
    suite: 'runtime/pool',
    case: 'start',
    metric: 'firstResult',
    ours: 'mp-spawn',
    text: 'new pool to first result, spawn',
  },
  {
    suite: 'runtime/pool',
    case: 'start',
    metric: 'firstResult',
    ours: 'mp-forkserver',
    text: 'new pool to first result, forkserver',
  },
  {
    suite: 'serialize/functions',
    case: 'prims',
    metric: 'encode',
    ours: 'mp',
    text: 'serialize a closure over three values',
  },
  {
    suite: 'serialize/functions',
    case: 'nested1000',
    metric: 'encode',
    ours: 'mp',
    text: 'serialize a closure over 1000 entries',
  },
  { suite: 'serialize/values', case: 'records10k', metric: 'encode', ours: 'mp', text: 'encode 10 000 records' },
  { suite: 'serialize/values', case: 'records10k', metric: 'decode', ours: 'mp', text: 'decode 10 000 records' },
  { suite: 'serialize/values', case: 'graph10k', metric: 'decode', ours: 'mp', text: 'decode a graph with cycles' },
];

/** One line: what was done, ours, the best peer, and how many times better ours is. */
export type HeadlineRow = readonly [text: string, ours: string, best: string, ratio: string];

export function headlineRows(report: Report): HeadlineRow[] {
  return lines.flatMap((line): HeadlineRow[] => {
    const suite = report.suites.find(({ id }) => id === line.suite);
    const found = suite?.cases.find(({ id }) => id === line.case);
    const metric = found?.metrics.find(({ id }) => id === line.metric);
    const own = found?.rows.find(({ peer }) => peer === line.ours)?.measurements[line.metric];
    if (suite === undefined || found === undefined || metric === undefined || own === undefined) return [];
    const best = bestPeer(found, suite, metric);
    if (best === undefined) return [];
    const ratio = ratioOf(own.samples, best.measured.samples, metric);
    const pairs = own.samples.filter(
      (sample, pass) => sample !== null && (best.measured.samples[pass] ?? null) !== null,
    );
    const doubt = ratio !== undefined && verdict(ratio, pairs.length) === 'unclear' ? ' ?' : '';
    return [
      [
        line.text,
        formatValue(own.median, metric.unit),
        `${formatValue(best.measured.median, metric.unit)} (${best.title})`,
        ratio === undefined ? '–' : `${formatRatio(ratio)}${doubt}`,
      ],
    ];
  });
}

/** What the headline is of, in one sentence. */
export function headlineNote({ command, date, machine, passes }: Report): string {
  return (
    `${passes === 1 ? 'One pass' : `Medians of ${passes} passes`}, ${date.slice(0, 10)}, Node ${machine.node}, ${machine.processors} processors (${machine.processor}), by \`${command}\`. ` +
    'More than 1× is better for us. A question mark: the spread is too wide to compare.'
  );
}

/** Ours beside the best of the peers that are libraries for Node and got it right. */
export function renderHeadline(report: Report): string {
  const rows = headlineRows(report);
  if (rows.length === 0) return 'No figures: the run had none of ours.';
  return [
    table(['', 'ours', 'best peer', 'times better'], rows),
    headlineNote(report),
    ...report.warnings.map((warning) => `**Warning:** ${warning}`),
  ].join('\n\n');
}

function bestPeer(
  found: CaseReport,
  suite: SuiteReport,
  metric: Metric,
): { readonly title: string; readonly measured: Measurement } | undefined {
  return found.rows
    .flatMap((row) => {
      const peer = suite.peers.find(({ id }) => id === row.peer);
      const measured = row.measurements[metric.id];
      const isRival = peer !== undefined && peer.ours !== true && peer.program !== 'python' && peer.id !== 'socket';
      return isRival && measured !== undefined ? [{ title: peer.title, measured }] : [];
    })
    .sort((a, b) => (metric.better === 'lower' ? 1 : -1) * (a.measured.median - b.measured.median))[0];
}
