// workerpool: threads or processes.
import type { WorkerPoolOptions } from 'workerpool';
import { workerFile } from '../worker-file.js';
import type { PoolPeer } from './pool-peer.js';

function workerpool(id: string, title: string, options: WorkerPoolOptions, use: string): PoolPeer {
  return {
    id,
    title,
    package: 'workerpool',
    kind: options.workerType === 'process' ? 'processes' : 'threads',
    use,
    load: async () => {
      const { default: library } = await import('workerpool');
      return (workers) => {
        const pool = library.pool(workerFile('workerpool.cjs'), {
          minWorkers: workers,
          maxWorkers: workers,
          ...options,
        });
        return {
          run: (task, input) => pool.exec(task, [input]) as PromiseLike<unknown>,
          close: () => pool.terminate(true),
        };
      };
    },
  };
}

export const workerpoolPeers: readonly PoolPeer[] = [
  workerpool(
    'workerpool-threads',
    'workerpool, threads',
    { workerType: 'thread' },
    '`pool(file, …)` and `exec(name, [input])`.',
  ),
  workerpool(
    'workerpool-processes',
    'workerpool, processes',
    { workerType: 'process' },
    "`workerType: 'process'`: JSON between processes, its default.",
  ),
  workerpool(
    'workerpool-processes-advanced',
    'workerpool, processes, advanced',
    { workerType: 'process', forkOpts: { serialization: 'advanced' } },
    "The same with `forkOpts: { serialization: 'advanced' }`.",
  ),
];
