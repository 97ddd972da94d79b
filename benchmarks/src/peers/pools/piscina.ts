// piscina: threads.
import { workerFile } from '../worker-file.js';
import type { PoolPeer } from './pool-peer.js';

export const piscinaPeers: readonly PoolPeer[] = [
  {
    id: 'piscina',
    title: 'piscina',
    package: 'piscina',
    kind: 'threads',
    use: '`new Piscina({ filename, minThreads, maxThreads })` and `run(input, { name })`.',
    load: async () => {
      const { Piscina } = await import('piscina');
      return (workers) => {
        const pool = new Piscina({ filename: workerFile('tasks.mjs'), minThreads: workers, maxThreads: workers });
        return {
          run: (task, input) => pool.run(input, { name: task }) as Promise<unknown>,
          close: () => pool.destroy(),
        };
      };
    },
  },
];
