// Where we stand with each target, from the rows of a report.

import type { CaseReport, Estimate, Measurement, Row, SuiteReport } from '../harness/model.js';
import { ratioOf } from '../harness/summarize.js';
import type { Target } from './targets.js';

/**
 * - `met`, `missed`: by the median.
 * - `unclear`: the interval of the ratio holds the goal.
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
  const { id, text, ours, against } = target;
  const found = suites.find((suite) => suite.id === ours.suite)?.cases.find((entry) => entry.id === ours.case);
  const metric = found?.metrics.find((candidate) => candidate.id === ours.metric);
  const bound = target.atLeast === undefined ? 'at most' : 'at least';
  const goal = target.atLeast ?? target.atMost!;
  const unknown: TargetResult = { id, text, goal, bound, value: undefined, standing: 'unknown' };
  const own = found && measurement(found, ours.peer, ours.metric);
  if (own === undefined || metric === undefined) return unknown;
  if (against === undefined)
    return { ...unknown, value: pick(own), unit: metric.unit, standing: standing(pick(own), bound, goal, false) };

  const rivals = against
    .map((peer) => ({ peer, measured: measurement(found!, peer, ours.metric) }))
    .filter((rival): rival is { peer: string; measured: Measurement } => rival.measured !== undefined)
    .sort((a, b) => (metric.better === 'lower' ? 1 : -1) * (a.measured.median - b.measured.median));
  const [best] = rivals;
  const value = best && ratioOf(own.samples, best.measured.samples, metric);
  if (best === undefined || value === undefined) return unknown;
  const pairs = own.samples.filter((sample) => sample !== null).length;
  return { ...unknown, value, against: best.peer, standing: standing(value, bound, goal, pairs > 1) };
}

function standing(value: Estimate, bound: 'at least' | 'at most', goal: number, interval: boolean): Standing {
  if (interval && value.low < goal && goal < value.high) return 'unclear';
  return (bound === 'at least' ? value.median >= goal : value.median <= goal) ? 'met' : 'missed';
}

function measurement(report: CaseReport, peer: string, metric: string): Measurement | undefined {
  const row: Row | undefined = report.rows.find((candidate) => candidate.peer === peer);
  return row?.measurements[metric];
}

function pick({ median, low, high }: Estimate): Estimate {
  return { median, low, high };
}
