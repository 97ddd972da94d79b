// poolifier: threads or a cluster of processes.
import { workerFile } from '../worker-file.js';
import type { BenchPool, PoolPeer } from './pool-peer.js';

interface Poolifier {
  execute(input: unknown, name: string): Promise<unknown>;
  mapExecute(inputs: Iterable<unknown>, name: string): Promise<unknown[]>;
  destroy(): Promise<void>;
}

const benchPool = (pool: Poolifier): BenchPool => ({
  run: (task, input) => pool.execute(input, task),
  map: (task, inputs) => pool.mapExecute(inputs, task),
  close: () => pool.destroy(),
});

function cluster(id: string, title: string, settings: { serialization?: 'advanced' }, use: string): PoolPeer {
  return {
    id,
    title,
    package: 'poolifier',
    kind: 'processes',
    use,
    load: async () => {
      const { FixedClusterPool } = await import('poolifier');
      // An ES module as the worker file never runs a task on Node 20.
      return (workers) =>
        benchPool(new FixedClusterPool(workers, workerFile('poolifier-cluster.cjs'), { settings }) as Poolifier);
    },
  };
}

export const poolifierPeers: readonly PoolPeer[] = [
  {
    id: 'poolifier-threads',
    title: 'poolifier, threads',
    package: 'poolifier',
    kind: 'threads',
    use: '`new FixedThreadPool(workers, file)` with its defaults, `execute` and `mapExecute`.',
    load: async () => {
      const { FixedThreadPool } = await import('poolifier');
      return (workers) => benchPool(new FixedThreadPool(workers, workerFile('poolifier-thread.mjs')) as Poolifier);
    },
  },
  cluster('poolifier-cluster', 'poolifier, cluster', {}, '`new FixedClusterPool(workers, file)`: JSON, its default.'),
  cluster(
    'poolifier-cluster-advanced',
    'poolifier, cluster, advanced',
    { serialization: 'advanced' },
    "The same with `settings: { serialization: 'advanced' }`.",
  ),
];
