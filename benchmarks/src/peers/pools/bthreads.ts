// bthreads: threads or processes. It has no queue: every task is posted at once.
import { workerFile } from '../worker-file.js';
import { type PoolPeer, require } from './pool-peer.js';

interface Bthreads {
  readonly Pool: new (
    file: string,
    options: { size: number },
  ) => { call(name: string, args: unknown[]): Promise<unknown>; close(): Promise<void> };
}

function bthreads(id: string, title: string, backend: 'bthreads/threads' | 'bthreads/process'): PoolPeer {
  return {
    id,
    title,
    package: 'bthreads',
    kind: backend === 'bthreads/process' ? 'processes' : 'threads',
    use: `\`require('${backend}')\`, \`new Pool(file, { size })\` and \`call(name, [input])\`; it queues nothing.`,
    load: async () => {
      process.env['BENCH_BTHREADS'] = backend;
      const { Pool } = require(backend) as Bthreads;
      return (workers) => {
        const pool = new Pool(workerFile('bthreads.cjs'), { size: workers });
        return { run: (task, input) => pool.call(task, [input]), close: () => pool.close() };
      };
    },
  };
}

export const bthreadsPeers: readonly PoolPeer[] = [
  bthreads('bthreads-processes', 'bthreads, processes', 'bthreads/process'),
  bthreads('bthreads-threads', 'bthreads, threads', 'bthreads/threads'),
];
