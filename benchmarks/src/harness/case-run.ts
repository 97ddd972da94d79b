// What has been measured of one case in a run that is under way.
import type { CaseReport, Outcome, Peer } from './model.js';
import { orderOfPass, type PlannedCase } from './plan.js';
import type { RunOptions } from './run.js';
import { quantile } from './statistics.js';
import { summarizeCase } from './summarize.js';

const UNREACHED: Outcome = {
  status: 'unavailable',
  detail: 'The time was up before this case was reached: give it more --minutes.',
};

/** A peer whose samples take so many times as long as the usual one's is measured in each third pass only. */
const COSTLY = 4;
const COSTLY_EVERY = 3;
/** Shorter samples are never spared, in milliseconds. */
const CHEAP_MS = 1500;

export class CaseRun {
  readonly planned: PlannedCase;
  readonly #outcomes: Map<string, (Outcome | undefined)[]>;
  readonly #tookMs: Map<string, number> = new Map();
  /** How long the last pass took, in milliseconds. */
  lastMs = 0;
  passes = 0;

  constructor(planned: PlannedCase) {
    this.planned = planned;
    this.#outcomes = new Map(planned.peers.map(({ id }) => [id, []]));
  }

  /**
   * The peers of a pass in their order, without those who have failed: once is enough. Who takes much longer than the
   * others is not asked each time, so that the time goes into what is close; which peers these are does not depend on
   * how well they did, only on what measuring them costs.
   */
  pending(pass: number): Peer[] {
    if (this.passes >= (this.planned.info.maxPasses ?? Number.POSITIVE_INFINITY)) return [];
    const limit = Math.max(CHEAP_MS, COSTLY * this.#usualMs());
    return orderOfPass(this.planned.peers, pass).filter(({ id }) => {
      const isSpared = pass % COSTLY_EVERY !== 0 && (this.#tookMs.get(id) ?? 0) > limit && !this.#isBaseline(id);
      return !isSpared && this.#outcomes.get(id)!.every((outcome) => outcome === undefined || outcome.status === 'ok');
    });
  }

  async take(
    pass: number,
    { budget, signal, takeSample }: RunOptions,
    onOutcome: (peer: string, outcome: Outcome, tookMs: number) => void,
  ): Promise<void> {
    const { suite, info } = this.planned;
    const started = Date.now();
    for (const { id } of this.pending(pass)) {
      const begun = Date.now();
      const outcome = await takeSample({ suite: suite.id, case: info.id, peer: id, budget }, this.planned);
      // Ended by us, in the middle of something: that says nothing about the peer.
      if (signal?.aborted === true) return;
      const tookMs = Date.now() - begun;
      this.#outcomes.get(id)![pass] = outcome;
      this.#tookMs.set(id, tookMs);
      onOutcome(id, outcome, tookMs);
    }
    this.lastMs = Date.now() - started;
    this.passes++;
  }

  summarize(): CaseReport {
    const { info } = this.planned;
    // A pass that was left out has a hole; the rows have one entry for each pass.
    const length = Math.max(...[...this.#outcomes.values()].map((own) => own.length));
    const dense = [...this.#outcomes].map(([peer, own]): [string, (Outcome | undefined)[]] => [
      peer,
      own.length === 0 ? [UNREACHED] : Array.from({ length }, (_, pass) => own[pass]),
    ]);
    return summarizeCase(info, new Map(dense));
  }

  #isBaseline(id: string): boolean {
    return id === this.planned.info.baseline;
  }

  #usualMs(): number {
    const known = [...this.#tookMs.values()];
    return known.length === 0 ? 0 : quantile(known, 0.5);
  }
}
