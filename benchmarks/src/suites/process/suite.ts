// What is measured of starting processes.
import type { Suite } from '../../harness/model.js';
import { pythonProcesses } from '../../peers/python.js';
import { nodeStartPeers } from '../../peers/starts/node.js';
import { ourStartPeers } from '../../peers/starts/ours.js';
import type { StartPeer } from '../../peers/starts/start-peer.js';

export const startPeers: readonly StartPeer[] = [...ourStartPeers, ...nodeStartPeers];

export const processSuite: Suite = {
  id: 'runtime/process',
  title: 'Processes',
  method:
    'From asking for a process to its first message, in the asking process. "First" is the first start of a fresh program, ' +
    'with everything that is set up on demand; "ready" the median of the starts that follow; "gone" from the message to the end.',
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
        { id: 'import', title: 'import', unit: 'ms', better: 'lower' },
      ],
      baseline: 'child_process',
      timeoutMs: 20_000,
    },
  ],
  runner: async () => (await import('./sample.js')).runProcessSample,
};
