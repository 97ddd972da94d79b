// Where we stand with each target, from the rows of a report.

import type { Estimate, Measurement, Metric, SuiteReport, Unit } from '../harness/model.js';
import { ratioOf } from '../harness/summarize.js';
import type { Figure, FigureTarget, ShareTarget, Target } from './target.js';

/**
 * - `met`, `missed`: by the median; `missed` also where ours refused, was wrong or died.
 * - `unclear`: the goal lies within the spread.
 * - `unknown`: we, or those that we are compared with, have no number.
 */
export type Standing = 'met' | 'missed' | 'unclear' | 'unknown';

export interface TargetResult {
  readonly id: string;
  readonly text: string;
  /** The suite that measures it. */
  readonly suite: string;
  readonly goal: number;
  /** `goes through` has no number: the goal is that there is a right result. */
  readonly bound: 'at least' | 'at most' | 'goes through';
  /** The ratio, or the number; `undefined` where it is not known. */
  readonly value: Estimate | undefined;
  /** Whether the goal is a ratio, and not a number with a unit. */
  readonly isRatio: boolean;
  /** The unit of the number, where it is known. */
  readonly unit?: Unit;
  /** The peer that we are compared with: the best of those named. */
  readonly against?: string;
  readonly standing: Standing;
  /** Why there is no number. */
  readonly why?: string;
}

/** @param node - The version that was measured, as in `v20.19.0`: some goals are of one version. */
export function evaluateTargets(
  targets: readonly Target[],
  suites: readonly SuiteReport[],
  node: string = process.version,
): TargetResult[] {
  const major = Number(/\d+/.exec(node)?.[0] ?? 0);
  const results = new Map<string, TargetResult>();
  const applying = targets.filter(
    ({ fromNode = 0, beforeNode = Number.POSITIVE_INFINITY }) => major >= fromNode && major < beforeNode,
  );
  for (const target of applying)
    results.set(target.id, 'among' in target ? evaluateShare(target, results) : evaluate(target, suites));
  return [...results.values()];
}

function evaluateShare(target: ShareTarget, results: ReadonlyMap<string, TargetResult>): TargetResult {
  const { id, text, among, reach, share } = target;
  const found = among.flatMap((name) => results.get(name) ?? []);
  const known = found.flatMap(({ value }) => value ?? []);
  const facts = {
    id,
    text,
    suite: found[0]?.suite ?? '',
    goal: share * 100,
    bound: 'at least',
    isRatio: false,
    unit: '%',
  } as const;
  if (known.length === 0) return { ...facts, value: undefined, standing: 'unknown', why: 'none of them has a number' };
  const percent = (known.filter(({ median }) => median >= reach).length / known.length) * 100;
  const value = { median: percent, low: percent, high: percent };
  return { ...facts, value, standing: percent >= facts.goal ? 'met' : 'missed' };
}

function evaluate(target: FigureTarget, suites: readonly SuiteReport[]): TargetResult {
  const { id, text, ours } = target;
  const bound = target.goesThrough ? 'goes through' : target.atLeast === undefined ? 'at most' : 'at least';
  const goal = target.atLeast ?? target.atMost ?? 0;
  const isRatio = target.against !== undefined || target.than !== undefined;
  const facts = { id, text, suite: ours.suite, goal, bound, isRatio } as const;
  const own = find(ours, suites);
  if (own === undefined) return { ...facts, value: undefined, ...withoutNumber(ours, suites) };
  const { metric, measured } = own;
  const judge = (value: Estimate): Standing =>
    bound === 'goes through' ? 'met' : standing(value, bound, goal, measured.samples.length);
  if (!isRatio) {
    const value = { median: measured.median, low: measured.low, high: measured.high };
    return { ...facts, value, unit: metric.unit, standing: judge(value) };
  }
  const rival = rivalOf(target, metric, suites);
  const value = rival && ratioOf(measured.samples, rival.measured.samples, metric);
  if (rival === undefined || value === undefined)
    return { ...facts, value: undefined, standing: 'unknown', why: 'those we are compared with have no number' };
  const name = target.than === undefined ? rival.peer : `${target.than.case} ${rival.peer}`;
  return { ...facts, value, against: name, standing: judge(value) };
}

function withoutNumber(
  { suite, case: id, peer }: Figure,
  suites: readonly SuiteReport[],
): { readonly standing: Standing; readonly why: string } {
  const row = caseOf(suites, suite, id)?.rows.find((candidate) => candidate.peer === peer);
  if (row === undefined) return { standing: 'unknown', why: 'not part of this run' };
  if (row.status === 'ok') return { standing: 'unknown', why: 'not measured on this system' };
  const standing = row.status === 'unavailable' ? 'unknown' : 'missed';
  return { standing, why: `${row.status}: ${row.detail ?? ''}` };
}

/** The best of those that the target names. */
function rivalOf(
  { ours, against = [], than }: FigureTarget,
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
  const report = caseOf(suites, figure.suite, figure.case);
  const metric = report?.metrics.find(({ id }) => id === figure.metric);
  const measured = report?.rows.find(({ peer }) => peer === figure.peer)?.measurements[figure.metric];
  return metric === undefined || measured === undefined ? undefined : { metric, measured };
}

function caseOf(suites: readonly SuiteReport[], suite: string, id: string): SuiteReport['cases'][number] | undefined {
  return suites.find((candidate) => candidate.id === suite)?.cases.find((candidate) => candidate.id === id);
}

function standing(value: Estimate, bound: 'at least' | 'at most', goal: number, passes: number): Standing {
  if (passes > 1 && value.low < goal && goal < value.high) return 'unclear';
  return (bound === 'at least' ? value.median >= goal : value.median <= goal) ? 'met' : 'missed';
}
