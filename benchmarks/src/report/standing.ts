// A target in words: the goal, and where we stand.
import type { Unit } from '../harness/model.js';
import type { Standing, TargetResult } from '../targets/evaluate.js';
import { formatValue, significant } from './format.js';

/** As in `at least 2.5×`, `at most 10 µs`. */
export function goalOf({ bound, goal, isRatio, unit }: TargetResult): string {
  if (bound === 'goes through') return bound;
  return `${bound} ${number(goal, isRatio, unit)}`;
}

/** The number with its interval, as in `2.8× (2.7 to 2.9)`. */
export function standingOf({ isRatio, value, unit }: TargetResult): string {
  if (value === undefined) return '–';
  const { low, high, median } = value;
  const spread = `${number(low, isRatio, unit)} to ${number(high, isRatio, unit)}`;
  return `${number(median, isRatio, unit)}${low === high ? '' : ` (${spread})`}`;
}

function number(value: number, isRatio: boolean, unit: Unit | undefined): string {
  if (isRatio) return `${significant(value)}×`;
  return unit === undefined ? significant(value) : formatValue(value, unit);
}

const ORDER: readonly Standing[] = ['met', 'missed', 'unclear', 'unknown'];

/** How many targets stand how; those that nobody has are left out. */
export function countStandings(
  targets: readonly TargetResult[],
): { readonly standing: Standing; readonly count: number }[] {
  return ORDER.map((standing) => ({
    standing,
    count: targets.filter((target) => target.standing === standing).length,
  })).filter(({ count }) => count > 0);
}
