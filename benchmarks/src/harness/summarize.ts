// Samples in, rows out: every peer's numbers with their spread, and their ratio to the baseline of the same pass.
import type { Case, CaseReport, Measurement, Metric, Outcome, Row } from './model.js';
import { estimate, pairedRatio } from './statistics.js';

/** The outcomes of one case: for each peer one of each pass, by the pass's index. */
export type CaseOutcomes = ReadonlyMap<string, readonly (Outcome | undefined)[]>;

export function summarizeCase(info: Case, outcomes: CaseOutcomes): CaseReport {
  const { id, title, metrics, baseline: against, curve, pinned } = info;
  const baseline = outcomes.get(info.baseline) ?? [];
  const rows = [...outcomes].map(([peer, own]) => summarizeRow(peer, own, baseline, info));
  return {
    id,
    title,
    metrics,
    baseline: against,
    ...(curve === undefined ? {} : { curve }),
    ...(pinned === undefined ? {} : { pinned }),
    rows,
  };
}

function summarizeRow(
  peer: string,
  outcomes: readonly (Outcome | undefined)[],
  baseline: readonly (Outcome | undefined)[],
  info: Case,
): Row {
  // One wrong or lost result is enough: a library that is right in two runs of three is not right.
  for (const outcome of outcomes)
    if (outcome !== undefined && outcome.status !== 'ok')
      return { peer, status: outcome.status, detail: outcome.detail, measurements: {} };
  const measurements: Record<string, Measurement> = {};
  for (const metric of info.metrics) {
    const samples = outcomes.map((outcome) => numberOf(outcome, metric));
    const numbers = samples.filter((sample) => sample !== null);
    if (numbers.length === 0) continue;
    const ratio = peer === info.baseline ? undefined : ratioOf(samples, outcomesOf(baseline, metric), metric);
    measurements[metric.id] = { ...estimate(numbers), samples, ...(ratio === undefined ? {} : { ratio }) };
  }
  return { peer, status: 'ok', measurements };
}

/** The ratio of two series of samples, pass by pass; passes in which either is missing do not count. */
export function ratioOf(
  peer: readonly (number | null)[],
  baseline: readonly (number | null)[],
  metric: Pick<Metric, 'better'>,
): Measurement['ratio'] {
  const pairs: [number, number][] = [];
  for (const [pass, own] of peer.entries()) {
    const other = baseline[pass] ?? null;
    if (own !== null && other !== null) pairs.push([own, other]);
  }
  return pairedRatio(pairs, metric.better);
}

function outcomesOf(outcomes: readonly (Outcome | undefined)[], metric: Metric): readonly (number | null)[] {
  return outcomes.map((outcome) => numberOf(outcome, metric));
}

function numberOf(outcome: Outcome | undefined, metric: Metric): number | null {
  return outcome?.status === 'ok' ? (outcome.values[metric.id] ?? null) : null;
}
