// Where we stand with each target, from the rows of a report.

import type { Estimate, Measurement, Metric, SuiteReport } from '../harness/model.js';
import { ratioOf } from '../harness/summarize.js';
import type { Figure, Target } from './target.js';

/**
 * - `met`, `missed`: by the median.
 * - `unclear`: the goal lies within the spread.
 * - `unknown`: we, or those that we are compared with, have no number.
 */
export type Standing = 'met' | 'missed' | 'unclear' | 'unknown';

export interface TargetResult {
  readonly id: string;
  readonly text: string;
  readonly goal: number;
  readonly bound: 'at least' | 'at most';
  /** The ratio, or the number; `undefined` where it is not known. */
  readonly value: Estimate | undefined;
  /** The unit of the number; absent for a ratio. */
  readonly unit?: string;
  /** The peer that we are compared with: the best of those named. */
  readonly against?: string;
  readonly standing: Standing;
}

export function evaluateTargets(targets: readonly Target[], suites: readonly SuiteReport[]): TargetResult[] {
  return targets.map((target) => evaluate(target, suites));
}

function evaluate(target: Target, suites: readonly SuiteReport[]): TargetResult {
  const { id, text } = target;
  const bound = target.atLeast === undefined ? 'at most' : 'at least';
  const goal = target.atLeast ?? target.atMost!;
  const unknown: TargetResult = { id, text, goal, bound, value: undefined, standing: 'unknown' };
  const own = find(target.ours, suites);
  if (own === undefined) return unknown;
  const { metric, measured } = own;
  if (target.against === undefined && target.than === undefined) {
    const value = { median: measured.median, low: measured.low, high: measured.high };
    return { ...unknown, value, unit: metric.unit, standing: standing(value, bound, goal, measured.samples.length) };
  }
  const rival = rivalOf(target, metric, suites);
  const value = rival && ratioOf(measured.samples, rival.measured.samples, metric);
  if (rival === undefined || value === undefined) return unknown;
  const name = target.than === undefined ? rival.peer : `${target.than.case} ${rival.peer}`;
  return { ...unknown, value, against: name, standing: standing(value, bound, goal, measured.samples.length) };
}

/** The best of those that the target names. */
function rivalOf(
  { ours, against = [], than }: Target,
  metric: Metric,
  suites: readonly SuiteReport[],
): { readonly peer: string; readonly measured: Measurement } | undefined {
  const rivals = than === undefined ? against.map((peer) => ({ ...ours, peer })) : [than];
  return rivals
    .flatMap((figure) => {
      const found = find(figure, suites);
      return found === undefined ? [] : [{ peer: figure.peer, measured: found.measured }];
    })
    .sort((a, b) => (metric.better === 'lower' ? 1 : -1) * (a.measured.median - b.measured.median))[0];
}

function find(
  figure: Figure,
  suites: readonly SuiteReport[],
): { readonly metric: Metric; readonly measured: Measurement } | undefined {
  const report = suites.find(({ id }) => id === figure.suite)?.cases.find(({ id }) => id === figure.case);
  const metric = report?.metrics.find(({ id }) => id === figure.metric);
  const measured = report?.rows.find(({ peer }) => peer === figure.peer)?.measurements[figure.metric];
  return metric === undefined || measured === undefined ? undefined : { metric, measured };
}

function standing(value: Estimate, bound: 'at least' | 'at most', goal: number, passes: number): Standing {
  if (passes > 1 && value.low < goal && goal < value.high) return 'unclear';
  return (bound === 'at least' ? value.median >= goal : value.median <= goal) ? 'met' : 'missed';
}
