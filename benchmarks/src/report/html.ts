// The report as one page that needs nothing else: no script, no font, no network.
import { headlineNote, headlineRows } from './headline.js';
import { renderSuite } from './html-suite.js';
import { renderTargets, standingsBar } from './html-targets.js';
import { anchor, inline, safe } from './html-text.js';
import { STYLE } from './page-style.js';
import type { Report } from './report.js';

export function renderPage(report: Report): string {
  const { suites, targets, warnings } = report;
  const links = [
    ['targets', 'Targets'],
    ...suites.map(({ id, title }) => [anchor(id), title]),
    ['method', 'Method and machine'],
  ] as const;
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
<p class="note">${safe(report.date.slice(0, 10))} · Node ${safe(report.machine.node)} · ${safe(report.machine.processor)}, ${report.machine.processors} processors · build ${safe(report.build)} · ${report.passes} pass${report.passes === 1 ? '' : 'es'}</p>
<nav>${links.map(([id, title]) => `<a href="#${id!}">${safe(title!)}</a>`).join('')}</nav>
${warnings.map((warning) => `<p class="warning">${safe(warning)}</p>`).join('\n')}
${headline(report)}
<h3>Goals</h3>
${standingsBar(targets)}
<p class="note">Each of them is under <a href="#targets">Targets</a>, with what we are compared with.</p>
${renderTargets(targets, suites)}
${suites.map(renderSuite).join('\n')}
${method(report)}
</body>
</html>
`;
}

function headline(report: Report): string {
  const rows = headlineRows(report);
  if (rows.length === 0) return '';
  const lines = rows.map(
    ([text, ours, best, ratio]) =>
      `<tr><td class="text">${inline(text)}</td><td class="own">${safe(ours)}</td><td>${safe(best)}</td><td>${safe(ratio)}</td></tr>`,
  );
  return `<h3>Ours beside the best peer in Node</h3>
<div class="scroll"><table class="headline"><tr><th></th><th>ours</th><th>best peer</th><th>times better</th></tr>
${lines.join('\n')}
</table></div>
<p class="note">${inline(headlineNote(report))}</p>`;
}

function method({ machine, date, build, command, passes, size, disturbance }: Report): string {
  const stolen = disturbance.stolen === undefined ? 'unknown' : `${(disturbance.stolen * 100).toFixed(1)} %`;
  const facts = [
    ['Command', `${command} (size ${size})`],
    ['When', `${date.slice(0, 16).replace('T', ' ')} UTC`],
    ['Build', build],
    ['Passes', `${passes}, each sample in a fresh process`],
    [
      'Processor',
      `${machine.processor}, ${machine.processors} processors${machine.virtual === true ? ', virtual' : ''}`,
    ],
    ['Memory', `${machine.memoryGB} GB`],
    ['System', machine.system],
    ['Node', `${machine.node}, V8 ${machine.v8}`],
    ['Python', machine.python ?? 'none'],
    ['Load before the run', disturbance.loadBefore.toFixed(2)],
    ['Time taken by the hypervisor', stolen],
  ];
  return `<h2 id="method">Method and machine</h2>
<ul>
<li>Every sample is a fresh process. The peers of a case take turns within each pass, and passes go on until the time is up.</li>
<li>A number is the median of the passes; its spread (the middle half) is in the plots and under the pointer.</li>
<li>A ratio is the median of the ratios within each pass, with the 95 % interval of a bootstrap over the passes. More than 1 is better, for times as for rates.</li>
<li>A question mark: one pass only, or an interval wider than a factor of two. Then the ratio says nothing.</li>
<li>Each result is checked before it is timed. <span class="mark wrong">wrong</span> differs from the original without an error and gets no time; <span class="mark cannot">cannot</span> is a clear refusal; <span class="mark slow">slow</span> did not end in time; <span class="mark failed">failed</span> died; <span class="mark unavailable">unavailable</span> is not on this machine or not written yet.</li>
</ul>
<table class="facts">${facts.map(([name, value]) => `<tr><td>${safe(name!)}</td><td class="text">${safe(value!)}</td></tr>`).join('\n')}</table>`;
}
