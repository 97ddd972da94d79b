// A comparison as people read it.
import type { Comparison } from './compare.js';
import { renderDifferences } from './differences.js';

/** Below this an interval is from the smallest to the largest ratio, and one disturbed pass spoils it. */
const ENOUGH = 6;

/** What a comparison says, with how much of it there was to say. */
export function renderComparison(
  { cases, differences, passes, suspects }: Comparison,
  builds: { readonly head: string; readonly base: string },
): string {
  const metrics = cases.reduce((sum, report) => sum + report.metrics.length, 0);
  return [
    `This build (${builds.head}) against ${builds.base}.`,
    renderDifferences(differences),
    `${metrics} metrics of ${cases.length} cases, ${passes} pass${passes === 1 ? '' : 'es'}; ${suspects} looked different in the first run, of which the second confirmed ${differences.length}.`,
    ...(passes < ENOUGH
      ? [`Warning: with fewer than ${ENOUGH} passes a difference can hide. Give it more --minutes, or fewer cases.`]
      : []),
    '',
  ].join('\n\n');
}
