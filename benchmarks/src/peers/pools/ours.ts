// @mp/runtime: its pool with each start method; the tasks are closures of this file.
import { NoNumber } from '../../harness/refusal.js';
import { loadOurs } from '../our-packages.js';
import type { BenchPool, PoolPeer, TaskName } from './pool-peer.js';

interface OurPool {
  apply(fn: (input: never) => unknown, args: readonly [unknown]): PromiseLike<unknown>;
  map(fn: (input: never) => unknown, inputs: Iterable<unknown>): PromiseLike<readonly unknown[]>;
  terminate(): Promise<void>;
}

interface Runtime {
  getAllStartMethods(): readonly string[];
  getContext(method: string): { Pool(options: { processes: number }): OurPool | Promise<OurPool> };
}

const tasks: Readonly<Record<TaskName, (input: never) => unknown>> = {
  noop: (input: unknown) => input,
  increment: (input: number) => input + 1,
  echo: (input: unknown) => input,
  spin: (ms: number) => {
    const end = performance.now() + ms;
    let turns = 0;
    while (performance.now() < end) turns++;
    return turns > 0;
  },
};

function ourPool(method: string): PoolPeer {
  return {
    id: `mp-${method}`,
    title: `@mp/runtime, ${method}`,
    ours: true,
    kind: method === 'thread' ? 'threads' : 'processes',
    use: `\`getContext('${method}').Pool({ processes })\`, \`apply(fn, [input])\` and \`map(fn, inputs)\` at the default chunk size.`,
    load: async () => {
      const runtime = await loadOurs<Runtime>('runtime', ['getContext', 'getAllStartMethods']);
      if (!runtime.getAllStartMethods().includes(method))
        throw new NoNumber('unavailable', `The start method ${method} is not available here.`);
      const context = runtime.getContext(method);
      if (typeof context.Pool !== 'function') throw new NoNumber('unavailable', '@mp/runtime has no Pool yet.');
      return async (workers): Promise<BenchPool> => {
        const pool = await context.Pool({ processes: workers });
        return {
          run: (task, input) => pool.apply(tasks[task], [input]),
          map: (task, inputs) => pool.map(tasks[task], inputs),
          close: () => pool.terminate(),
        };
      };
    },
  };
}

export const ourPoolPeers: readonly PoolPeer[] = ['spawn', 'forkserver', 'thread'].map(ourPool);
