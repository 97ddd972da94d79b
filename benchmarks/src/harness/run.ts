// Takes the samples: pass after pass over all cases, every peer of a case right after the others, each in a fresh process.
import type { Budget, CaseReport, Outcome, SampleRequest } from './model.js';
import { orderOfPass, type PlannedCase } from './plan.js';
import { summarizeCase } from './summarize.js';

export interface RunOptions {
  readonly budget: Budget;
  /** At most how many passes. */
  readonly passes: number;
  /** No pass that would probably end after this is begun. Milliseconds since the epoch; the first pass always runs. */
  readonly deadline: number;
  readonly takeSample: (request: SampleRequest, planned: PlannedCase) => Promise<Outcome>;
  readonly onSample: (event: SampleEvent) => void;
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
}

/** @returns a report for each case, in the order of the plan, and the number of complete passes. */
export async function runCases(
  plan: readonly PlannedCase[],
  options: RunOptions,
): Promise<{ readonly cases: readonly CaseReport[]; readonly passes: number }> {
  const outcomes = plan.map(({ peers }) => new Map<string, (Outcome | undefined)[]>(peers.map(({ id }) => [id, []])));
  let pass = 0;
  for (; pass < options.passes; pass++) {
    const started = Date.now();
    const pending = plan.map(({ peers }, index) =>
      orderOfPass(peers, pass).filter(({ id }) => !hasFailed(outcomes[index]!.get(id)!)),
    );
    const total = pending.reduce((sum, peers) => sum + peers.length, 0);
    let done = 0;
    for (const [index, planned] of plan.entries()) {
      for (const peer of pending[index]!) {
        const request = { suite: planned.suite.id, case: planned.info.id, peer: peer.id, budget: options.budget };
        const outcome = await options.takeSample(request, planned);
        outcomes[index]!.get(peer.id)![pass] = outcome;
        options.onSample({ pass, done: ++done, total, planned, peer: peer.id, outcome });
      }
    }
    const tookMs = Date.now() - started;
    if (Date.now() + tookMs > options.deadline) {
      pass++;
      break;
    }
  }
  return { cases: plan.map(({ info }, index) => summarizeCase(info, dense(outcomes[index]!, pass))), passes: pass };
}

function hasFailed(outcomes: readonly (Outcome | undefined)[]): boolean {
  return outcomes.some((outcome) => outcome !== undefined && outcome.status !== 'ok');
}

function dense(outcomes: Map<string, (Outcome | undefined)[]>, passes: number): Map<string, (Outcome | undefined)[]> {
  return new Map([...outcomes].map(([peer, own]) => [peer, Array.from({ length: passes }, (_, pass) => own[pass])]));
}
