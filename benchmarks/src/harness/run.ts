// Takes the samples: pass after pass over all cases, every peer of a case right after the others, each in a fresh process.
import type { Budget, CaseReport, Outcome, Peer, SampleRequest } from './model.js';
import { orderOfPass, type PlannedCase } from './plan.js';
import { summarizeCase } from './summarize.js';

export interface RunOptions {
  readonly budget: Budget;
  /** At most how many passes. */
  readonly passes: number;
  /** Milliseconds since the epoch. No case is begun after this, nor one that would, as the last time, end after this. */
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

/**
 * @returns a report for each case, in the order of the plan; how often each that was reached was measured at least; and how
 *   many were not reached in time.
 */
export async function runCases(
  plan: readonly PlannedCase[],
  options: RunOptions,
): Promise<{ readonly cases: readonly CaseReport[]; readonly passes: number; readonly unreached: number }> {
  const runs = plan.map((planned) => new CaseRun(planned));
  for (let pass = 0; pass < options.passes; pass++) {
    const total = runs.reduce((sum, run) => sum + run.pending(pass).length, 0);
    let done = 0;
    for (const run of runs) {
      if (Date.now() + run.lastMs > options.deadline) continue;
      await run.take(pass, options, (peer, outcome) =>
        options.onSample({ pass, done: ++done, total, planned: run.planned, peer, outcome }),
      );
    }
    if (Date.now() > options.deadline) break;
  }
  const reached = runs.filter(({ passes }) => passes > 0);
  return {
    cases: runs.map((run) => run.summarize()),
    passes: reached.length === 0 ? 0 : Math.min(...reached.map(({ passes }) => passes)),
    unreached: runs.length - reached.length,
  };
}

const UNREACHED: Outcome = {
  status: 'unavailable',
  detail: 'The time was up before this case was reached: give it more --minutes.',
};

/** What has been measured of one case. */
class CaseRun {
  readonly planned: PlannedCase;
  readonly #outcomes: Map<string, (Outcome | undefined)[]>;
  /** How long the last pass took, in milliseconds. */
  lastMs = 0;
  passes = 0;

  constructor(planned: PlannedCase) {
    this.planned = planned;
    this.#outcomes = new Map(planned.peers.map(({ id }) => [id, []]));
  }

  /** The peers of a pass in their order, without those who have failed: once is enough. */
  pending(pass: number): Peer[] {
    return orderOfPass(this.planned.peers, pass).filter(({ id }) =>
      this.#outcomes.get(id)!.every((outcome) => outcome === undefined || outcome.status === 'ok'),
    );
  }

  async take(
    pass: number,
    { budget, takeSample }: RunOptions,
    onOutcome: (peer: string, outcome: Outcome) => void,
  ): Promise<void> {
    const { suite, info } = this.planned;
    const started = Date.now();
    for (const { id } of this.pending(pass)) {
      const outcome = await takeSample({ suite: suite.id, case: info.id, peer: id, budget }, this.planned);
      this.#outcomes.get(id)![pass] = outcome;
      onOutcome(id, outcome);
    }
    this.lastMs = Date.now() - started;
    this.passes++;
  }

  summarize(): CaseReport {
    if (this.passes === 0)
      return summarizeCase(this.planned.info, new Map([...this.#outcomes.keys()].map((peer) => [peer, [UNREACHED]])));
    // A pass that was left out has a hole; the rows have one entry for each pass.
    const length = Math.max(...[...this.#outcomes.values()].map((own) => own.length));
    const dense = [...this.#outcomes].map(
      ([peer, own]) => [peer, Array.from({ length }, (_, pass) => own[pass])] as const,
    );
    return summarizeCase(this.planned.info, new Map(dense));
  }
}
