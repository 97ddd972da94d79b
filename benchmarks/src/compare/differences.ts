// What two runs of a comparison say together. One run of some hundred metrics always finds some that look slower by
// chance; what looks slower is measured again, and counts only if it does so again.
import type { CaseReport, Estimate, Metric } from '../harness/model.js';
import { verdict } from '../harness/statistics.js';
import { formatInterval, formatRatio } from '../report/format.js';
import { table } from '../report/markdown.js';
import { BASE, HEAD } from './plan.js';

/** A metric whose two builds differ by more than chance. */
export interface Difference {
  readonly case: string;
  readonly metric: string;
  readonly title: string;
  /** `broken`: the other build has a number, this one has none. */
  readonly change: 'better' | 'worse' | 'broken';
  /** Of this build to the other; more than 1 is better. Absent where it is broken. */
  readonly ratio?: Estimate;
  /** Why there is no number. */
  readonly detail?: string;
}

/** From fewer pairs nothing is concluded: of two, both are on one side of 1 half of the time. */
export const ENOUGH_PAIRS = 6;

/** Less than this nobody notices, and no machine that others share can show it. */
const NOTICEABLE = 1.05;

/** The metrics of one run that look better, worse or broken. */
export function findDifferences(cases: readonly CaseReport[]): Difference[] {
  return cases.flatMap((report) =>
    report.metrics.flatMap((metric) => {
      const difference = differenceIn(report, metric);
      return difference === undefined ? [] : [difference];
    }),
  );
}

/** Those of a first run that a second run found again, in the same direction; the figures are the second's. */
export function confirm(first: readonly Difference[], second: readonly Difference[]): Difference[] {
  return second.filter((again) =>
    first.some((one) => one.case === again.case && one.metric === again.metric && one.change === again.change),
  );
}

export function renderDifferences(differences: readonly Difference[]): string {
  if (differences.length === 0) return 'No difference between the builds that a second run confirmed.';
  return table(
    ['case', 'metric', 'this build is', 'times better', '95 % interval'],
    differences.map(({ case: id, title, change, ratio, detail = '' }) =>
      ratio === undefined
        ? [id, title, change, '', detail]
        : [id, title, change, formatRatio(ratio), formatInterval(ratio)],
    ),
  );
}

function differenceIn(report: CaseReport, metric: Metric): Difference | undefined {
  const [head, base] = [HEAD, BASE].map(({ id }) => report.rows.find(({ peer }) => peer === id));
  const place = { case: report.id, metric: metric.id, title: metric.title };
  if (base?.status === 'ok' && head !== undefined && head.status !== 'ok')
    return metric === report.metrics[0]
      ? { ...place, change: 'broken', detail: `${head.status}: ${head.detail}` }
      : undefined;
  const measured = head?.measurements[metric.id];
  if (measured?.ratio === undefined) return undefined;
  const pairs = measured.samples.filter((sample) => sample !== null).length;
  if (pairs < ENOUGH_PAIRS) return undefined;
  const says = verdict(measured.ratio, pairs);
  const { median } = measured.ratio;
  if ((says !== 'better' && says !== 'worse') || Math.max(median, 1 / median) < NOTICEABLE) return undefined;
  return { ...place, change: says, ratio: measured.ratio };
}
