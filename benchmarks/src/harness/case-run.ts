// What has been measured of one case in a run that is under way.
import type { CaseReport, Outcome, Peer } from './model.js';
import { orderOfPass, type PlannedCase } from './plan.js';
import type { RunOptions } from './run.js';
import { median } from './statistics.js';
import { summarizeCase } from './summarize.js';

const UNREACHED: Outcome = {
  status: 'unavailable',
  detail: 'The time was up before this case was reached: give it more --minutes.',
};

/** In how many passes the others are measured once more. */
const SPARED_EVERY = 3;
/** A peer whose samples take so many times as long as the usual one's is spared. */
const COSTLY = 4;
/** Shorter samples are never spared for what they cost, in milliseconds. */
const CHEAP_MS = 1500;
/** A peer that is so many times worse than the best is spared: nobody needs its third digit. */
const FAR = 3;

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
   * The peers of a pass in their order, without those who have failed: once is enough. In two of three passes only what is
   * close is measured: ours, the baseline, and whoever is near the best without taking much longer than the others.
   */
  pending(pass: number): Peer[] {
    const { info, peers } = this.planned;
    if (this.passes >= (info.maxPasses ?? Number.POSITIVE_INFINITY)) return [];
    const isSpared = pass % SPARED_EVERY === 0 ? () => false : this.#spared();
    return orderOfPass(peers, pass).filter(
      (peer) =>
        !isSpared(peer) &&
        this.#outcomes.get(peer.id)!.every((outcome) => outcome === undefined || outcome.status === 'ok'),
    );
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

  #spared(): (peer: Peer) => boolean {
    const { info, peers } = this.planned;
    const took = [...this.#tookMs.values()];
    const limitMs = Math.max(CHEAP_MS, COSTLY * (took.length === 0 ? 0 : median(took)));
    const figures = new Map(peers.map(({ id }) => [id, this.#figure(id)]));
    const best = Math.min(...figures.values());
    return ({ id, ours }) =>
      ours !== true && id !== info.baseline && ((this.#tookMs.get(id) ?? 0) > limitMs || figures.get(id)! > best * FAR);
  }

  /** What the case is about first, turned so that less is better. Who has none is not far: it has failed, or not begun. */
  #figure(id: string): number {
    const metric = this.planned.info.metrics[0]!;
    const numbers = this.#outcomes
      .get(id)!
      .flatMap((outcome) => (outcome?.status === 'ok' ? (outcome.values[metric.id] ?? []) : []));
    if (numbers.length === 0) return Number.POSITIVE_INFINITY;
    return metric.better === 'lower' ? median(numbers) : 1 / median(numbers);
  }
}
