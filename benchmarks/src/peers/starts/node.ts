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
    use: '`fork(file)`; the file sends one message and ends. A heap is built by each child: there is nothing to share it with.',
    load: async () => async () => {
      const child = fork(workerFile('greet.cjs'));
      const exit = once(child, 'exit');
      await once(child, 'message');
      return { join: () => exit };
    },
    loadPreloaded: async (heapMB) => async () => {
      const child = fork(workerFile('preloaded.cjs'), [], {
        env: { ...process.env, BENCH_HEAP_MB: String(heapMB) },
      });
      const exit = once(child, 'exit');
      await once(child, 'message');
      return {
        pid: child.pid!,
        ask: async (index) => {
          child.send(index);
          const [value] = (await once(child, 'message')) as unknown[];
          return value;
        },
        end: () => {
          child.send(-1);
          return exit;
        },
      };
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
