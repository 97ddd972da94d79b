// From the flags to what a run needs to know.
import type { Size } from '../harness/model.js';
import type { RunOptions } from '../harness/run.js';
import { takeSample } from '../harness/sample-process.js';
import { targets } from '../targets/targets.js';
import type { CommandOptions } from './options.js';
import { progressUntil } from './progress.js';

/**
 * How long each operation is repeated in a sample, how many samples are taken at most, and for how long one of a peer is
 * waited for: in ten minutes, nobody may take a tenth of them to show that it is slow.
 */
const SCALE: Readonly<Record<Size, { readonly timeMs: number; readonly passes: number; readonly peerMs: number }>> = {
  small: { timeMs: 10, passes: 1, peerMs: 20_000 },
  default: { timeMs: 60, passes: 25, peerMs: 8000 },
  full: { timeMs: 250, passes: 9, peerMs: Number.POSITIVE_INFINITY },
};

/** Cases about which we have a goal. */
const targeted: ReadonlySet<string> = new Set(
  targets.flatMap((target) => ('ours' in target ? [`${target.ours.suite} ${target.ours.case}`] : [])),
);

export function runOptions({ size, node, minutes }: CommandOptions, python: string | undefined): RunOptions {
  const { timeMs, passes, peerMs } = SCALE[size];
  const deadline = size === 'full' ? Number.POSITIVE_INFINITY : Date.now() + minutes * 60_000;
  return {
    budget: { size, timeMs },
    passes,
    deadline,
    takeSample: (request, { suite, info, peers }) => {
      const peer = [...suite.peers, ...peers].find(({ id }) => id === request.peer);
      // Of ours and of the baseline the figure is needed, however long it takes.
      const isNeeded = peer === undefined || peer.ours === true || peer.id === info.baseline;
      return takeSample(request, {
        node,
        python,
        program: peer?.program ?? 'node',
        timeoutMs: isNeeded ? info.timeoutMs : Math.min(info.timeoutMs, peerMs),
        pinned: info.pinned === true,
      });
    },
    isUrgent: ({ suite, info }) => targeted.has(`${suite.id} ${info.id}`),
    onSample: progressUntil(deadline),
  };
}
