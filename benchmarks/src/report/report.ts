// What a whole run says. This is also the JSON file: whoever wants other tables makes them from it.
import type { Disturbance, Machine } from '../harness/machine.js';
import type { Size, SuiteReport } from '../harness/model.js';
import { verdict } from '../harness/statistics.js';
import type { TargetResult } from '../targets/evaluate.js';

export interface Report {
  /** Changes when a reader of older files would go wrong. */
  readonly format: 1;
  /** ISO 8601. */
  readonly date: string;
  readonly command: string;
  readonly build: string;
  readonly size: Size;
  /** How often each case was measured with each peer at least, each time in a fresh process. */
  readonly passes: number;
  readonly machine: Machine;
  readonly disturbance: Disturbance;
  /** What a reader must know before believing a figure. */
  readonly warnings: readonly string[];
  readonly suites: readonly SuiteReport[];
  readonly targets: readonly TargetResult[];
}

/** Load above which two processes that measure no longer have the machine for themselves. */
const BUSY = 0.3;

/** More unclear ratios than this are worth a warning of their own. */
const MANY = 0.1;

/** Which share of the ratios of all suites says nothing, from 0 to 1. */
export function unclearShare(suites: readonly SuiteReport[]): number {
  const ratios = suites.flatMap(({ cases }) =>
    cases.flatMap(({ rows }) =>
      rows.flatMap(({ measurements }) =>
        Object.values(measurements).flatMap(({ ratio, samples }) =>
          ratio === undefined ? [] : [verdict(ratio, samples.filter((sample) => sample !== null).length)],
        ),
      ),
    ),
  );
  return ratios.length === 0 ? 0 : ratios.filter((says) => says === 'unclear').length / ratios.length;
}

export function warningsOf(run: {
  readonly passes: number;
  /** How many cases the time was too short for. */
  readonly unreached: number;
  readonly machine: Machine;
  readonly disturbance: Disturbance;
  readonly size: Size;
  /** Whether somebody ended it before its time. */
  readonly interrupted?: boolean;
  /** The share of the ratios that are too uncertain to say anything, from 0 to 1. @defaultValue 0 */
  readonly unclear?: number;
  /** Whether samples could be bound to one processor. @defaultValue true */
  readonly pinned?: boolean;
}): string[] {
  const warnings: string[] = [];
  if (run.interrupted === true) warnings.push('The run was interrupted: what it had not reached has no figures.');
  if (run.pinned === false)
    warnings.push('Samples could not be bound to one processor (taskset): latencies hold the wake-up of another one.');
  const { loadBefore, stolen } = run.disturbance;
  if (run.size === 'small')
    warnings.push('A run of size small only shows that everything works: its figures mean nothing.');
  if (run.unreached > 0 && run.interrupted !== true)
    warnings.push(`The time was up before ${run.unreached} of the cases were reached. Give it more --minutes.`);
  if (run.passes < 3)
    warnings.push(
      `Only ${run.passes} pass${run.passes === 1 ? '' : 'es'}: ratios have no trustworthy interval. Give it more --minutes.`,
    );
  if (run.unclear !== undefined && run.unclear > MANY)
    warnings.push(
      `${Math.round(run.unclear * 100)} % of the ratios have a spread too wide to compare; a question mark stands behind each.`,
    );
  if (loadBefore > BUSY * run.machine.processors)
    warnings.push(
      `The machine was busy before the run began (load ${loadBefore.toFixed(1)} on ${run.machine.processors} processors).`,
    );
  if (stolen !== undefined && stolen > 0.02)
    warnings.push(`The hypervisor took ${(stolen * 100).toFixed(0)} % of the processors' time away.`);
  return warnings;
}
