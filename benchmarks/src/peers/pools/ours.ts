// @mp/runtime: its pool with each start method; the tasks are closures of this file.
import { ourContext } from '../our-runtime.js';
import type { PoolPeer, TaskName } from './pool-peer.js';

const tasks: Readonly<Record<TaskName, (input: never) => unknown>> = {
  noop: (input: unknown) => input,
  increment: (input: number) => input + 1,
  echo: (input: unknown) => input,
  size: (input: Uint8Array) => input.byteLength,
  spin: (ms: number) => {
    const end = performance.now() + ms;
    let turns = 0;
    while (performance.now() < end) turns++;
    return turns > 0;
  },
};

export const ourPoolPeers: readonly PoolPeer[] = ['spawn', 'forkserver', 'thread'].map((method) => ({
  id: `mp-${method}`,
  title: `@mp/runtime, ${method}`,
  ours: true,
  kind: method === 'thread' ? 'threads' : 'processes',
  use: `\`new Pool({ processes })\` of \`getContext('${method}')\`, \`apply(fn, [input])\`, \`map(fn, inputs)\` and \`imapUnordered(fn, inputs)\` at their defaults.`,
  load: async () => {
    const context = await ourContext(method, ['Pool']);
    return (workers) => {
      const pool = new context.Pool({ processes: workers });
      return {
        run: (task, input) => pool.apply(tasks[task], [input]),
        map: (task, inputs) => pool.map(tasks[task], inputs),
        pull: (task, inputs) => pool.imapUnordered(tasks[task], inputs),
        close: () => {
          pool.terminate();
          return pool.join();
        },
      };
    };
  },
}));
