// The goals on the page: each with where we stand, on a scale whose middle is the goal.
import type { SuiteReport } from '../harness/model.js';
import type { TargetResult } from '../targets/evaluate.js';
import { anchor, capitalized, safe } from './html-text.js';
import { countStandings, goalOf, standingOf } from './standing.js';

/** How far the scale goes in either direction: ten times better or worse than the goal. */
const DECADES = 1;

export function renderTargets(targets: readonly TargetResult[], suites: readonly SuiteReport[]): string {
  const groups = suites.map((suite) => ({ suite, own: targets.filter((target) => target.suite === suite.id) }));
  return `<h2 id="targets">Targets</h2>
<p>Goals that were set before anything was built, each with where we stand. On the scale the line in the middle is the goal, the
dot is our figure with its interval, and each end is ten times away; right of the line is better.</p>
${groups
  .filter(({ own }) => own.length > 0)
  .map(({ suite, own }) => renderGroup(suite, own))
  .join('\n')}`;
}

/** How many goals stand how, as one bar. */
export function standingsBar(targets: readonly TargetResult[]): string {
  const counts = countStandings(targets);
  const parts = counts.map(
    ({ standing, count }) =>
      `<span class="part ${standing}" style="flex-grow:${count}">${count}&nbsp;${standing}</span>`,
  );
  return `<div class="standings">${parts.join('')}</div>`;
}

function renderGroup({ id, peers, title }: SuiteReport, targets: readonly TargetResult[]): string {
  const titles = new Map(peers.map((peer) => [peer.id, peer.title]));
  // Of another case: its name stands before that of the peer.
  const titleOf = (against: string): string => {
    const words = against.split(' ');
    const peer = words.pop()!;
    return [...words, titles.get(peer) ?? peer].join(', ');
  };
  const met = targets.filter(({ standing }) => standing === 'met').length;
  return `<h3 id="${anchor(`targets-${id}`)}">${safe(title)}: ${met} of ${targets.length}</h3>
<div class="scroll"><table class="targets"><tr><th class="what">goal</th><th></th><th>we are at</th><th class="text">against</th><th class="scale">worse · goal · better</th><th></th></tr>
${targets.map((target) => renderRow(target, titleOf)).join('\n')}
</table></div>`;
}

function renderRow(target: TargetResult, titleOf: (against: string) => string): string {
  const { against = '', standing, text, value, why = '' } = target;
  const figures =
    value === undefined && why !== ''
      ? `<td class="text why" colspan="3">${safe(why)}</td>`
      : `<td>${safe(standingOf(target))}</td><td class="text">${safe(titleOf(against))}</td><td class="scale">${scale(target)}</td>`;
  return `<tr><td class="text">${safe(capitalized(text))}</td><td>${safe(goalOf(target))}</td>${figures}<td class="text"><span class="pill ${standing}">${standing}</span></td></tr>`;
}

function scale({ bound, goal, standing, value }: TargetResult): string {
  if (value === undefined || bound === 'goes through' || goal === 0) return '';
  const place = (number: number): number => {
    const share = bound === 'at least' ? number / goal : goal / number;
    const decades = share > 0 ? Math.log10(share) : -DECADES;
    return Math.min(100, Math.max(0, 50 + (decades / DECADES) * 50));
  };
  const [from, to] = [place(value.low), place(value.high)].sort((a, b) => a - b) as [number, number];
  return `<span class="track"><span class="span" style="left:${from.toFixed(1)}%;width:${(to - from).toFixed(1)}%"></span><span class="dot ${standing}" style="left:${place(value.median).toFixed(1)}%"></span></span>`;
}
