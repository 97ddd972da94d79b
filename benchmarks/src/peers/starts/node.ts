// What comes with Node.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { workerFile } from '../worker-file.js';
import type { StartPeer } from './start-peer.js';

export const nodeStartPeers: readonly StartPeer[] = [
  {
    id: 'child_process',
    title: 'child_process.fork',
    use: '`fork(file)`; the file sends one message and ends.',
    load: async () => async () => {
      const child = fork(workerFile('greet.cjs'));
      const exit = once(child, 'exit');
      await once(child, 'message');
      return { join: () => exit };
    },
  },
  {
    id: 'worker_threads',
    title: 'new Worker',
    use: '`new Worker(file)`; the file posts one message and ends.',
    load: async () => async () => {
      const worker = new Worker(workerFile('greet.cjs'));
      const exit = once(worker, 'exit');
      await once(worker, 'message');
      return { join: () => exit };
    },
  },
];
