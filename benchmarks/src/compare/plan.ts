// Turns a plan of cases with many peers into one where each of ours meets itself: this build against another.
import type { Case, Peer, SampleRequest, Suite } from '../harness/model.js';
import type { PlannedCase } from '../harness/plan.js';

/** The other build, which is the baseline. */
export const BASE: Peer = { id: 'base', title: 'the other build', use: 'The build that --against names.', ours: true };
/** The build of this checkout. */
export const HEAD: Peer = { id: 'head', title: 'this build', use: 'The build of this checkout.', ours: true };

/** A case of one of ours, measured in two builds. Its id is `<case> <peer>`. */
export function planComparison(plan: readonly PlannedCase[]): PlannedCase[] {
  return plan.flatMap(({ suite, info, peers }) =>
    peers
      .filter((peer) => peer.ours === true)
      .map((peer) => {
        const { curve: _, ...rest } = info;
        const paired: Case = {
          ...rest,
          id: `${info.id} ${peer.id}`,
          title: `${info.title}: ${peer.title}`,
          baseline: BASE.id,
        };
        return { suite: { ...suite, peers: [BASE, HEAD] } satisfies Suite, info: paired, peers: [BASE, HEAD] };
      }),
  );
}

/** What a sample of a comparison asks the sample's process for: the original case and peer, of one of the builds. */
export function originalRequest(
  request: SampleRequest,
  roots: { readonly base: string; readonly head: string },
): SampleRequest {
  const [id, peer] = request.case.split(' ');
  return { ...request, case: id!, peer: peer!, root: request.peer === BASE.id ? roots.base : roots.head };
}
