// From the flags to what a run needs to know.
import type { Size } from '../harness/model.js';
import type { RunOptions } from '../harness/run.js';
import { takeSample } from '../harness/sample-process.js';
import type { CommandOptions } from './options.js';
import { progressUntil } from './progress.js';

/** How long each operation is repeated in a sample, and how many samples are taken at most. */
const SCALE: Readonly<Record<Size, { readonly timeMs: number; readonly passes: number }>> = {
  small: { timeMs: 10, passes: 1 },
  default: { timeMs: 60, passes: 25 },
  full: { timeMs: 250, passes: 9 },
};

export function runOptions({ size, node, minutes }: CommandOptions, python: string | undefined): RunOptions {
  const { timeMs, passes } = SCALE[size];
  const deadline = size === 'full' ? Number.POSITIVE_INFINITY : Date.now() + minutes * 60_000;
  return {
    budget: { size, timeMs },
    passes,
    deadline,
    takeSample: (request, { suite, info, peers }) =>
      takeSample(request, {
        node,
        python,
        program: [...suite.peers, ...peers].find(({ id }) => id === request.peer)?.program ?? 'node',
        timeoutMs: info.timeoutMs,
        pinned: info.pinned === true,
      }),
    onSample: progressUntil(deadline),
  };
}
