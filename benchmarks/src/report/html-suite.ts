// A suite on the page: what is measured, the overview, the curves, and each case with its figures.
import type { CaseReport, Metric, Row, SuiteReport } from '../harness/model.js';
import { verdict } from '../harness/statistics.js';
import { formatInterval, formatRatio, formatValue } from './format.js';
import { anchor, capitalized, inline, safe } from './html-text.js';
import type { Look } from './palette.js';
import { barPlot, curvePlot, type Plot, ratioPlot } from './plots.js';

/** Suites with fewer cases of the same metrics have a plot for each case instead of one for all. */
const OVERVIEW_FROM = 8;

export function renderSuite(suite: SuiteReport): string {
  const overviews = renderOverviews(suite);
  return `<h2 id="${anchor(suite.id)}">${safe(suite.title)}</h2>
<p>${inline(suite.method)} <code>npm run bench -- --suite ${safe(suite.id)}</code></p>
${overviews.join('\n')}
${renderCurves(suite)}
${suite.cases.map((report) => renderCase(report, suite, overviews.length === 0)).join('\n')}
<details><summary>How the peers are used, and their versions</summary>
<div class="scroll"><table><tr><th>peer</th><th>version</th><th>use</th></tr>
${suite.peers.map(({ title, version, use }) => `<tr><td>${safe(title)}</td><td>${safe(version)}</td><td class="text">${inline(use)}</td></tr>`).join('\n')}
</table></div></details>`;
}

function renderOverviews(suite: SuiteReport): string[] {
  if (suite.cases.length < OVERVIEW_FROM) return [];
  const shared = suite.cases[0]!.metrics.filter(({ id }) =>
    suite.cases.every(({ metrics }) => metrics.some((metric) => metric.id === id)),
  );
  const [first] = suite.cases;
  const baseline = suite.peers.find(({ id }) => id === first!.baseline)?.title ?? first!.baseline;
  return shared.slice(0, 3).flatMap((metric) => {
    const plot = ratioPlot(suite, metric.id);
    return plot === undefined
      ? []
      : [renderFigure(`${capitalized(metric.title)}: how many times better than ${baseline}`, plot, BEYOND)];
  });
}

const BEYOND =
  'Right of the line is better. Hollow: beyond the edge. Missing: the library cannot, or gets it wrong; see the tables.';

function renderCurves(suite: SuiteReport): string {
  const names = new Set(suite.cases.flatMap(({ curve }) => (curve === undefined ? [] : [curve.curve])));
  return [...names]
    .map((name) => {
      const [metric] = suite.cases.find(({ curve }) => curve?.curve === name)!.metrics;
      const plot = curvePlot(suite, name, metric!);
      return plot === undefined
        ? ''
        : renderFigure(
            plot.title,
            plot,
            `${capitalized(metric!.title)}, ${metric!.better} is better; both axes logarithmic where the range asks for it.`,
          );
    })
    .join('\n');
}

function renderFigure(title: string, { svg, legend }: Plot, note: string): string {
  const entries = legend.map((entry) => `<li>${swatch(entry)}${safe(entry.title)}</li>`);
  return `<h3>${safe(title)}</h3>
${entries.length === 0 ? '' : `<ul class="legend">${entries.join('')}</ul>`}
<div class="plot">${svg}</div><p class="note">${safe(note)}</p>`;
}

const OUTLINES: Readonly<Record<Look['shape'], string>> = {
  diamond: 'M6 0 L12 6 L6 12 L0 6 Z',
  circle: 'M6 1 A5 5 0 1 1 5.99 1 Z',
  triangle: 'M6 1 L12 11 L0 11 Z',
  rect: 'M1 1 H11 V11 H1 Z',
  roundRect: 'M3 1 H9 A2 2 0 0 1 11 3 V9 A2 2 0 0 1 9 11 H3 A2 2 0 0 1 1 9 V3 A2 2 0 0 1 3 1 Z',
};

function swatch({ colour, shape }: Look): string {
  return `<svg class="swatch" viewBox="0 0 12 12" aria-hidden="true"><path d="${OUTLINES[shape]}" fill="${colour}"/></svg>`;
}

function renderCase(report: CaseReport, suite: SuiteReport, withPlot: boolean): string {
  const title = (peer: string): string => suite.peers.find(({ id }) => id === peer)?.title ?? peer;
  const svg = withPlot ? barPlot(report, report.metrics[0]!, suite.peers) : undefined;
  const rows = report.rows.map((row) => {
    const isOurs = suite.peers.find(({ id }) => id === row.peer)?.ours === true;
    return `<tr${isOurs ? ' class="ours"' : ''}><td>${safe(title(row.peer))}</td>${cells(row, report.metrics)}</tr>`;
  });
  const table = `<div class="scroll"><table class="figures"><tr><th>peer</th>${report.metrics.map((metric) => `<th>${safe(metric.title)}</th>`).join('')}</tr>
${rows.join('\n')}
</table></div>`;
  const note = `Small: times better than ${safe(title(report.baseline))}${report.pinned === true ? '; all processes on one processor' : ''}. <code>npm run bench -- --suite ${safe(suite.id)} --case ${safe(report.id)}</code>`;
  return `<h3 id="${anchor(`${suite.id}-${report.id}`)}">${safe(capitalized(report.title))} <code>${safe(report.id)}</code></h3>
${svg === undefined ? `${table}<p class="note">${note}</p>` : `<div class="plot">${svg}</div>\n<details><summary>${withoutNumber(report, title)}All figures, and how to take them</summary>${table}<p class="note">${note}</p></details>`}`;
}

/** Who is not in the plot, so that nobody has to open the figures to miss them. */
function withoutNumber(report: CaseReport, title: (peer: string) => string): string {
  const groups = new Map<string, string[]>();
  for (const { peer, status } of report.rows)
    if (status !== 'ok') groups.set(status, [...(groups.get(status) ?? []), title(peer)]);
  return [...groups]
    .map(([status, names]) => `<span class="mark ${status}">${status}</span> ${safe(names.join(', '))}. `)
    .join('');
}

function cells(row: Row, metrics: readonly Metric[]): string {
  if (row.status !== 'ok')
    return `<td class="text" colspan="${metrics.length}"><span class="mark ${row.status}">${row.status}</span> <span class="detail">${safe(row.detail ?? '')}</span></td>`;
  return metrics.map((metric) => `<td>${cell(row, metric)}</td>`).join('');
}

function cell(row: Row, metric: Metric): string {
  const measured = row.measurements[metric.id];
  if (measured === undefined) return '–';
  const spread = `${formatValue(measured.low, metric.unit)} to ${formatValue(measured.high, metric.unit)}`;
  const value = `<span title="${safe(spread)}">${safe(formatValue(measured.median, metric.unit))}</span>`;
  if (measured.ratio === undefined || metric.alone === true) return value;
  const pairs = measured.samples.filter((sample) => sample !== null).length;
  const says = verdict(measured.ratio, pairs);
  return `${value}<span class="ratio ${says}" title="${safe(formatInterval(measured.ratio))}">${formatRatio(measured.ratio)}${says === 'unclear' ? ' ?' : ''}</span>`;
}
