// `npm run bench -- --against <folder or commit>`: this build against another, in one run, by ratio.
import type { CaseReport } from '../harness/model.js';
import type { PlannedCase } from '../harness/plan.js';
import { type RunOptions, runCases } from '../harness/run.js';
import { confirm, type Difference, ENOUGH_PAIRS, findDifferences } from './differences.js';
import { originalRequest, planComparison } from './plan.js';

export interface Comparison {
  readonly cases: readonly CaseReport[];
  readonly differences: readonly Difference[];
  /** How often each was measured in the first run. */
  readonly passes: number;
  /** How many metrics looked different in the first run. */
  readonly suspects: number;
}

/**
 * @param roots - The folders of the two checkouts, both built.
 * @param options - `deadline` is for the first run; the confirming run, of the suspects alone, takes as many passes.
 */
export async function compareBuilds(
  plan: readonly PlannedCase[],
  roots: { readonly base: string; readonly head: string },
  options: RunOptions,
): Promise<Comparison> {
  const paired = planComparison(plan);
  if (paired.length === 0)
    throw new TypeError('None of the selected peers is one of ours: there is nothing to compare.');
  const inBuilds: RunOptions = {
    ...options,
    budget: { ...options.budget, fast: true },
    takeSample: (request, planned) => options.takeSample(originalRequest(request, roots), planned),
  };
  const { cases, passes } = await runCases(paired, inBuilds);
  const suspects = findDifferences(cases);
  if (suspects.length === 0) return { cases, differences: [], passes, suspects: 0 };
  const again = paired.filter(({ info }) => suspects.some((suspect) => suspect.case === info.id));
  // The time is not asked for again: there are few suspects, or something is much slower.
  const second = await runCases(again, {
    ...inBuilds,
    passes: Math.max(ENOUGH_PAIRS, passes),
    deadline: Number.POSITIVE_INFINITY,
  });
  return { cases, differences: confirm(suspects, findDifferences(second.cases)), passes, suspects: suspects.length };
}
