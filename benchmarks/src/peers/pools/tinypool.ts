// tinypool: threads or processes.
import { workerFile } from '../worker-file.js';
import type { PoolPeer } from './pool-peer.js';

type Options = NonNullable<ConstructorParameters<typeof import('tinypool').default>[0]>;

function tinypool(id: string, title: string, options: Partial<Options>, use: string): PoolPeer {
  return {
    id,
    title,
    package: 'tinypool',
    kind: options.runtime === 'child_process' ? 'processes' : 'threads',
    use,
    load: async () => {
      const { Tinypool } = await import('tinypool');
      return (workers) => {
        const pool = new Tinypool({
          filename: workerFile('tasks.mjs'),
          minThreads: workers,
          maxThreads: workers,
          ...options,
        });
        return {
          run: (task, input) => pool.run(input, { name: task }) as Promise<unknown>,
          close: () => pool.destroy(),
        };
      };
    },
  };
}

export const tinypoolPeers: readonly PoolPeer[] = [
  tinypool(
    'tinypool-threads',
    'tinypool, threads',
    { runtime: 'worker_threads' },
    '`new Tinypool({ filename })` and `run`.',
  ),
  tinypool(
    'tinypool-processes',
    'tinypool, processes',
    { runtime: 'child_process' },
    "`new Tinypool({ filename, runtime: 'child_process' })` and `run`: JSON between processes, its default.",
  ),
  tinypool(
    'tinypool-processes-advanced',
    'tinypool, processes, advanced',
    { runtime: 'child_process', serialization: 'advanced' },
    "The same with `serialization: 'advanced'`.",
  ),
];
