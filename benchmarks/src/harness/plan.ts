// Which samples are taken, and in which order.
import type { Case, Peer, Size, Suite } from './model.js';

/** What the flags of the command select. Every list is of beginnings of ids; an empty one selects all. */
export interface Selection {
  readonly suites: readonly string[];
  readonly cases: readonly string[];
  readonly peers: readonly string[];
  readonly size: Size;
}

/** A case with the peers that will take it. */
export interface PlannedCase {
  readonly suite: Suite;
  readonly info: Case;
  readonly peers: readonly Peer[];
}

/** The selected cases. The baseline of a case always runs: without it there is no ratio. */
export function selectCases(suites: readonly Suite[], selection: Selection): PlannedCase[] {
  const planned: PlannedCase[] = [];
  for (const suite of suites) {
    if (!matches(suite.id, selection.suites)) continue;
    for (const info of suite.cases) {
      if (!matches(info.id, selection.cases)) continue;
      if (info.onlyFull === true && selection.size !== 'full' && selection.cases.length === 0) continue;
      const peers = suite.peers.filter(
        ({ id }) =>
          (info.peers === undefined || info.peers.includes(id)) &&
          (id === info.baseline || matches(id, selection.peers)) &&
          (selection.size === 'full' || selection.peers.length > 0 || info.fullPeers?.includes(id) !== true),
      );
      if (peers.length > 0) planned.push({ suite, info, peers });
    }
  }
  return planned;
}

/**
 * The order of the peers in one pass. It starts one further in each pass, so that no peer is always
 * the one who finds the machine cold, or always follows the same neighbour's garbage.
 */
export function orderOfPass<T>(peers: readonly T[], pass: number): T[] {
  const start = peers.length === 0 ? 0 : pass % peers.length;
  return [...peers.slice(start), ...peers.slice(0, start)];
}

function matches(id: string, beginnings: readonly string[]): boolean {
  return beginnings.length === 0 || beginnings.some((beginning) => id.startsWith(beginning));
}
