// jest-worker: processes or threads.
import { workerFile } from '../worker-file.js';
import { type PoolPeer, require, type TaskName } from './pool-peer.js';

const exposedMethods: readonly TaskName[] = ['noop', 'increment', 'echo', 'size', 'spin'];

type Farm = Record<TaskName, (input: unknown) => Promise<unknown>> & { end(): Promise<unknown> };

function jestWorker(id: string, title: string, enableWorkerThreads: boolean): PoolPeer {
  return {
    id,
    title,
    package: 'jest-worker',
    kind: enableWorkerThreads ? 'threads' : 'processes',
    use: `\`new Worker(file, { numWorkers, enableWorkerThreads: ${enableWorkerThreads} })\` and its methods.`,
    load: async () => {
      const { Worker } = require('jest-worker') as typeof import('jest-worker');
      return (workers) => {
        const farm = new Worker(workerFile('tasks.cjs'), {
          numWorkers: workers,
          enableWorkerThreads,
          exposedMethods,
        }) as unknown as Farm;
        return { run: (task, input) => farm[task](input), close: () => farm.end() };
      };
    },
  };
}

export const jestWorkerPeers: readonly PoolPeer[] = [
  jestWorker('jest-worker-processes', 'jest-worker, processes', false),
  jestWorker('jest-worker-threads', 'jest-worker, threads', true),
];
