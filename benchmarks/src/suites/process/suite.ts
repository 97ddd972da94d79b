// What is measured of starting processes.
import type { Case, Suite } from '../../harness/model.js';
import { pythonProcesses } from '../../peers/python.js';
import { nodeStartPeers } from '../../peers/starts/node.js';
import { ourStartPeers } from '../../peers/starts/ours.js';
import type { StartPeer } from '../../peers/starts/start-peer.js';

export const startPeers: readonly StartPeer[] = [...ourStartPeers, ...nodeStartPeers];

const preloading = startPeers.filter(({ loadPreloaded }) => loadPreloaded !== undefined).map(({ id }) => id);

const preloaded = (heapMB: number): Case => ({
  id: `preload-${heapMB}`,
  title: `a child that has ${heapMB} MB of objects of its parent or server, to its first message`,
  metrics: [
    { id: 'ready', title: 'ready', unit: 'ms', better: 'lower' },
    { id: 'private', title: 'memory of its own', unit: 'MB', better: 'lower' },
    { id: 'first', title: 'first', unit: 'ms', better: 'lower' },
  ],
  baseline: 'child_process',
  peers: [...preloading, 'py-fork', 'py-forkserver'],
  curve: { curve: 'preload', title: 'Ready against the preloaded heap', axis: 'MB of objects', x: heapMB },
  timeoutMs: 60_000,
});

export const processSuite: Suite = {
  id: 'runtime/process',
  title: 'Processes',
  method:
    'From asking for a process to its first message, in the asking process. "First" is the first start of a fresh program, ' +
    'with everything that is set up on demand; "ready" the median of the starts that follow; "gone" from the message to the end. ' +
    'A preloaded heap is checked by asking the child for objects of it.',
  peers: [...startPeers, ...pythonProcesses],
  cases: [
    {
      id: 'start',
      title: 'from asking to the first message',
      metrics: [
        { id: 'ready', title: 'ready', unit: 'ms', better: 'lower' },
        { id: 'first', title: 'first', unit: 'ms', better: 'lower' },
        { id: 'gone', title: 'gone', unit: 'ms', better: 'lower' },
        { id: 'whole', title: 'from asking to the end', unit: 'ms', better: 'lower' },
        { id: 'import', title: 'import', unit: 'ms', better: 'lower', alone: true },
      ],
      baseline: 'child_process',
      peers: [...startPeers, ...pythonProcesses].map(({ id }) => id),
      timeoutMs: 20_000,
    },
    preloaded(1),
    { ...preloaded(50), onlyFull: true },
    preloaded(150),
    {
      id: 'alive-500',
      title: '500 children at once, with 150 MB of objects preloaded',
      metrics: [
        { id: 'start', title: 'start of each', unit: 'ms', better: 'lower' },
        { id: 'share', title: 'share of memory of each', unit: 'MB', better: 'lower' },
        { id: 'answer', title: 'all have answered', unit: 'ms', better: 'lower' },
      ],
      baseline: 'py-fork',
      peers: ['mp-forkserver', 'py-fork', 'py-forkserver'],
      timeoutMs: 120_000,
      maxPasses: 3,
    },
  ],
  runner: async () => (await import('./sample.js')).runProcessSample,
};
