// Takes the samples: pass after pass over all cases, every peer of a case right after the others, each in a fresh process.
import { CaseRun } from './case-run.js';
import type { Budget, CaseReport, Outcome, SampleRequest } from './model.js';
import type { PlannedCase } from './plan.js';

export interface RunOptions {
  readonly budget: Budget;
  /** At most how many passes. */
  readonly passes: number;
  /** Milliseconds since the epoch. No case is begun after this, nor one that would, as the last time, end after this. */
  readonly deadline: number;
  /** Ends the run at once, without the sample under way. What was measured until then is kept. */
  readonly signal?: AbortSignal;
  /** Which cases come first in every pass but the first one: the time may not suffice for all. */
  readonly isUrgent?: (planned: PlannedCase) => boolean;
  readonly takeSample: (request: SampleRequest, planned: PlannedCase) => Promise<Outcome>;
  readonly onSample: (event: SampleEvent) => void;
  /** Told what is known so far, after each pass. */
  readonly onPass?: (result: RunResult) => void;
}

/** Told after each sample. */
export interface SampleEvent {
  readonly pass: number;
  readonly done: number;
  /** How many samples the present pass has. */
  readonly total: number;
  readonly planned: PlannedCase;
  readonly peer: string;
  readonly outcome: Outcome;
  /** How long the sample took with everything around it, in milliseconds. */
  readonly tookMs: number;
}

export interface RunResult {
  /** One for each case, in the order of the plan. */
  readonly cases: readonly CaseReport[];
  /** How often each case that was reached was measured at least; cases that ask for fewer passes do not count. */
  readonly passes: number;
  /** How many cases were not reached in time. */
  readonly unreached: number;
}

export async function runCases(plan: readonly PlannedCase[], options: RunOptions): Promise<RunResult> {
  const runs = plan.map((planned) => new CaseRun(planned));
  const isOver = (): boolean => Date.now() > options.deadline || options.signal?.aborted === true;
  for (let pass = 0; pass < options.passes && !isOver(); pass++) {
    const total = runs.reduce((sum, run) => sum + run.pending(pass).length, 0);
    if (total === 0) break;
    let done = 0;
    for (const run of pass === 0 ? runs : byUrgency(runs, options.isUrgent)) {
      if (isOver() || Date.now() + run.lastMs > options.deadline || run.pending(pass).length === 0) continue;
      await run.take(pass, options, (peer, outcome, tookMs) =>
        options.onSample({ pass, done: ++done, total, planned: run.planned, peer, outcome, tookMs }),
      );
    }
    options.onPass?.(resultOf(runs));
  }
  return resultOf(runs);
}

function byUrgency(runs: readonly CaseRun[], isUrgent: RunOptions['isUrgent']): readonly CaseRun[] {
  if (isUrgent === undefined) return runs;
  return [...runs.filter((run) => isUrgent(run.planned)), ...runs.filter((run) => !isUrgent(run.planned))];
}

function resultOf(runs: readonly CaseRun[]): RunResult {
  const reached = runs.filter(({ passes }) => passes > 0);
  const counted = reached.filter(
    ({ passes, planned }) => passes < (planned.info.maxPasses ?? Number.POSITIVE_INFINITY),
  );
  const all = counted.length > 0 ? counted : reached;
  return {
    cases: runs.map((run) => run.summarize()),
    passes: all.length === 0 ? 0 : Math.min(...all.map(({ passes }) => passes)),
    unreached: runs.length - reached.length,
  };
}
