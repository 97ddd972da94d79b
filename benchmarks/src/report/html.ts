// The report as one page that needs nothing else: no script, no font, no network.
import type { CaseReport, Metric, Row, SuiteReport } from '../harness/model.js';
import { verdict } from '../harness/statistics.js';
import type { TargetResult } from '../targets/evaluate.js';
import { formatInterval, formatRatio, formatValue, significant } from './format.js';
import { STYLE } from './page-style.js';
import { barPlot, curvePlot, type Plot, ratioPlot, targetPlot } from './plots.js';
import type { Report } from './report.js';

export function renderPage(report: Report): string {
  const { suites, targets, warnings } = report;
  const links = [...suites.map(({ id, title }) => [anchor(id), title] as const), ['targets', 'Targets'] as const];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Benchmarks, ${safe(report.date.slice(0, 10))}, Node ${safe(report.machine.node)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Benchmarks</h1>
<nav>${links.map(([id, title]) => `<a href="#${id}">${safe(title)}</a>`).join('')}</nav>
${facts(report)}
${warnings.map((warning) => `<p class="warning">${safe(warning)}</p>`).join('\n')}
<p>Every sample is a fresh process. The peers of a case take turns within each pass, and a ratio is taken between
neighbours in time. A number is the median of the passes, and what follows it in brackets is how many times better than the
baseline; a question mark says that the spread is too wide to compare. <span class="mark wrong">wrong</span> is a peer
whose result differs from the original without an error: it is not timed.</p>
${suites.map(renderSuite).join('\n')}
${renderTargets(targets)}
</body>
</html>
`;
}

function facts({ machine, date, build, command, passes, size, disturbance }: Report): string {
  const lines = [
    `${date.slice(0, 16).replace('T', ' ')} UTC, build ${build}`,
    `${command} (size ${size}, ${passes} pass${passes === 1 ? '' : 'es'})`,
    `${machine.processor}, ${machine.processors} processors${machine.virtual === true ? ', virtual' : ''}, ${machine.memoryGB} GB, ${machine.system}`,
    `Node ${machine.node}, V8 ${machine.v8}, ${machine.python === undefined ? 'no Python' : `Python ${machine.python}`}`,
    `load before the run ${disturbance.loadBefore.toFixed(2)}${disturbance.stolen === undefined ? '' : `, ${(disturbance.stolen * 100).toFixed(1)} % of the time stolen`}`,
  ];
  return `<ul class="facts">${lines.map((line) => `<li>${safe(line)}</li>`).join('')}</ul>`;
}

function renderSuite(suite: SuiteReport): string {
  const shared = suite.cases[0]!.metrics.slice(0, 3).filter((metric) => isShared(suite, metric));
  const overviews =
    suite.cases.length < 5
      ? []
      : shared.flatMap((metric) => {
          const plot = ratioPlot(suite, metric.id);
          return plot === undefined
            ? []
            : [figure(`${metric.title}: times better than ${baselineOf(suite)}`, plot, BEYOND)];
        });
  return `<h2 id="${anchor(suite.id)}">${safe(suite.title)}</h2>
<p>${inline(suite.method)}</p>
${overviews.join('\n')}
${curves(suite)}
${suite.cases.map((report) => renderCase(report, suite, overviews.length === 0)).join('\n')}
<details><summary>How the peers are used</summary>
<table><tr><th>peer</th><th>version</th><th>use</th></tr>
${suite.peers.map(({ title, version, use }) => `<tr><td>${safe(title)}</td><td>${safe(version)}</td><td class="text">${inline(use)}</td></tr>`).join('\n')}
</table></details>`;
}

const BEYOND = 'Hollow: beyond the edge. Not shown: who cannot, or is wrong.';

function figure(title: string, { svg, legend }: Plot, note = ''): string {
  const entries = legend.map(
    ({ title: name, colour, ours }) =>
      `<li><span class="swatch${ours ? ' diamond' : ''}" style="background:${colour}"></span>${safe(name)}</li>`,
  );
  return `<h3>${safe(title)}</h3>
<ul class="legend">${entries.join('')}</ul>
<div class="plot">${svg}</div>${note === '' ? '' : `<p class="ratio">${note}</p>`}`;
}

function baselineOf(suite: SuiteReport): string {
  const [id] = suite.cases.map(({ baseline }) => baseline);
  return suite.peers.find((peer) => peer.id === id)?.title ?? id!;
}

function isShared(suite: SuiteReport, metric: Metric): boolean {
  return suite.cases.every(({ metrics }) => metrics.some(({ id }) => id === metric.id));
}

function curves(suite: SuiteReport): string {
  const names = new Set(suite.cases.flatMap(({ curve }) => (curve === undefined ? [] : [curve.curve])));
  return [...names]
    .map((name) => {
      const [metric] = suite.cases.find(({ curve }) => curve?.curve === name)!.metrics;
      const plot = curvePlot(suite, name, metric!);
      return plot === undefined ? '' : figure(plot.title, plot);
    })
    .join('\n');
}

function renderCase(report: CaseReport, suite: SuiteReport, withPlot: boolean): string {
  const title = (peer: string): string => suite.peers.find(({ id }) => id === peer)?.title ?? peer;
  const svg = withPlot ? barPlot(report, report.metrics[0]!, suite.peers) : undefined;
  const rows = report.rows.map((row) => {
    const isOurs = suite.peers.find(({ id }) => id === row.peer)?.ours === true;
    return `<tr${isOurs ? ' class="ours"' : ''}><td>${safe(title(row.peer))}</td>${cells(row, report.metrics)}</tr>`;
  });
  const table = `<div class="scroll"><table><tr><th>peer</th>${report.metrics.map((metric) => `<th>${safe(metric.title)}</th>`).join('')}</tr>
${rows.join('\n')}
</table></div>`;
  return `<h3 id="${anchor(`${suite.id}-${report.id}`)}">${safe(report.title)} <code>${safe(report.id)}</code></h3>
<p>Against ${safe(title(report.baseline))}${report.pinned === true ? '; all on one processor' : ''}.</p>
${svg === undefined ? table : `<div class="plot">${svg}</div>\n<details><summary>figures</summary>${table}</details>`}`;
}

function cells(row: Row, metrics: readonly Metric[]): string {
  if (row.status !== 'ok')
    return `<td class="text" colspan="${metrics.length}"><span class="mark ${row.status}">${row.status}</span> <span class="ratio">${safe(row.detail ?? '')}</span></td>`;
  return metrics.map((metric) => `<td>${cell(row, metric)}</td>`).join('');
}

function cell(row: Row, metric: Metric): string {
  const measured = row.measurements[metric.id];
  if (measured === undefined) return '–';
  const value = `<span title="${safe(`${formatValue(measured.low, metric.unit)} to ${formatValue(measured.high, metric.unit)}`)}">${formatValue(measured.median, metric.unit)}</span>`;
  if (measured.ratio === undefined) return value;
  const pairs = measured.samples.filter((sample) => sample !== null).length;
  const says = verdict(measured.ratio, pairs);
  return `${value} <span class="ratio ${says}" title="${safe(formatInterval(measured.ratio))}">${formatRatio(measured.ratio)}${says === 'unclear' ? ' ?' : ''}</span>`;
}

function renderTargets(targets: readonly TargetResult[]): string {
  const count = (standing: TargetResult['standing']): number =>
    targets.filter((target) => target.standing === standing).length;
  const svg = targetPlot(targets);
  const rows = targets.map(
    ({ text, bound, goal, value, unit, against, standing }) =>
      `<tr><td class="text">${safe(text)}</td><td>${bound} ${significant(goal)} ${safe(unit ?? '×')}</td><td>${
        value === undefined
          ? '–'
          : `${significant(value.median)}${value.low === value.high ? '' : ` (${formatInterval(value)})`}`
      }</td><td>${safe(against ?? '')}</td><td class="${standing}">${standing}</td></tr>`,
  );
  return `<h2 id="targets">Targets</h2>
<p>The goals that were set before building, each with where we stand: ${count('met')} met, ${count('missed')} missed,
${count('unclear')} unclear, ${count('unknown')} without a number in this run.</p>
${svg === undefined ? '' : `<div class="plot">${svg}</div>`}
<details open><summary>figures</summary><div class="scroll"><table><tr><th>target</th><th>goal</th><th>we are at</th><th>against</th><th></th></tr>
${rows.join('\n')}
</table></div></details>`;
}

function anchor(id: string): string {
  return id.replaceAll(/[^a-z0-9]+/gi, '-');
}

function safe(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Text with code between backquotes. */
function inline(text: string): string {
  return safe(text).replaceAll(/`([^`]*)`/g, '<code>$1</code>');
}
