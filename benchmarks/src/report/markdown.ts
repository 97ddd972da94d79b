// The whole report as Markdown.
import type { CaseReport, Metric, Row, SuiteReport } from '../harness/model.js';
import { verdict } from '../harness/statistics.js';
import type { TargetResult } from '../targets/evaluate.js';
import { formatRatio, formatValue } from './format.js';
import type { Report } from './report.js';
import { countStandings, goalOf, standingOf } from './standing.js';

export function renderMarkdown(report: Report): string {
  return [
    '# Benchmarks',
    renderFacts(report),
    ...report.suites.map(renderSuite),
    renderTargets(report.targets),
    '',
  ].join('\n\n');
}

/** Machine, programs, command and warnings. */
export function renderFacts({ machine, date, build, command, passes, size, warnings, disturbance }: Report): string {
  const stolen = disturbance.stolen === undefined ? '' : `, ${(disturbance.stolen * 100).toFixed(1)} % stolen`;
  const facts = [
    `${date.slice(0, 16).replace('T', ' ')} UTC, build ${build}, \`${command}\`, size ${size}, ${passes} pass${passes === 1 ? '' : 'es'}.`,
    `${machine.processor}, ${machine.processors} processors${machine.virtual ? ' (virtual)' : ''}, ${machine.memoryGB} GB, ${machine.system}.`,
    `Node ${machine.node} (V8 ${machine.v8}), ${machine.python === undefined ? 'no Python' : `Python ${machine.python}`}.`,
    `Load before the run ${disturbance.loadBefore.toFixed(2)}${stolen}.`,
  ];
  return [...facts.map((fact) => `- ${fact}`), ...warnings.map((warning) => `- **Warning:** ${warning}`)].join('\n');
}

function renderSuite(suite: SuiteReport): string {
  return [
    `## ${suite.title} (\`${suite.id}\`)`,
    suite.method,
    ...suite.cases.map((report) => renderCase(report, suite)),
    '### How the peers are used',
    table(
      ['peer', 'version', 'use'],
      suite.peers.map(({ title, version, use }) => [title, version, use]),
    ),
  ].join('\n\n');
}

/** One case: a row for each peer, a number with its ratio for each metric. */
export function renderCase(report: CaseReport, suite: Pick<SuiteReport, 'peers'>): string {
  const title = (peer: string): string => suite.peers.find(({ id }) => id === peer)?.title ?? peer;
  const pinned = report.pinned === true ? ', on one processor' : '';
  return [
    `### ${report.title} (\`${report.id}\`${pinned})`,
    `Ratios are against ${title(report.baseline)}; more than 1 is better.`,
    table(
      ['peer', ...report.metrics.map(({ title: name }) => name)],
      report.rows.map((row) => [title(row.peer), ...cells(row, report.metrics)]),
    ),
  ].join('\n\n');
}

function cells(row: Row, metrics: readonly Metric[]): string[] {
  if (row.status !== 'ok') return [`**${row.status}**`, ...metrics.slice(1).map(() => '')];
  return metrics.map((metric) => cell(row, metric));
}

/** A number, with its ratio and what may be said of it. */
export function cell(row: Row, metric: Metric): string {
  const measured = row.measurements[metric.id];
  if (measured === undefined) return '–';
  const value = formatValue(measured.median, metric.unit);
  if (measured.ratio === undefined || metric.alone === true) return value;
  const pairs = measured.samples.filter((sample) => sample !== null).length;
  const doubt = verdict(measured.ratio, pairs) === 'unclear' ? ' ?' : '';
  return `${value} (${formatRatio(measured.ratio)}${doubt})`;
}

/** Every target with where we stand, in the order of the suites. */
export function renderTargets(targets: readonly TargetResult[]): string {
  const rows = targets.map((target) => [
    target.text,
    goalOf(target),
    standingOf(target),
    target.against ?? '',
    target.standing === 'met'
      ? 'met'
      : `**${target.standing}**${target.value === undefined && target.why !== undefined ? `: ${target.why}` : ''}`,
  ]);
  const counts = countStandings(targets)
    .map(({ count, standing }) => `${count} ${standing}`)
    .join(', ');
  return ['## Targets', `${counts}.`, table(['target', 'goal', 'we are at', 'against', ''], rows)].join('\n\n');
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cellsOfRow: readonly string[]): string =>
    `| ${cellsOfRow.map((text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
