// A comparison as people read it.
import type { Comparison } from './compare.js';
import { ENOUGH_PAIRS, renderDifferences } from './differences.js';

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
    ...(passes < ENOUGH_PAIRS
      ? [
          `Warning: with fewer than ${ENOUGH_PAIRS} passes of a case nothing is concluded about it. Give it more --minutes, or fewer cases.`,
        ]
      : []),
    '',
  ].join('\n\n');
}
