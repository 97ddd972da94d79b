// @mp/runtime: a process that gets one end of a pipe.
import { type OurConnection, ourContext, preloadForkserver } from '../our-runtime.js';
import { workerFile } from '../worker-file.js';
import type { StartPeer, Staying } from './start-peer.js';

const greet = (connection: OurConnection): unknown => connection.send('up');

/** Finds the heap that was preloaded, and answers with objects of it until it is told to end. */
const answer = async (connection: OurConnection, file: string): Promise<void> => {
  const { createRequire } = process.getBuiltinModule('node:module');
  const { heap } = createRequire(file)(file) as { heap: readonly { readonly i: number }[] };
  await connection.send('up');
  for (;;) {
    const index = (await connection.recv()) as number;
    if (index < 0) return;
    await connection.send(heap[index]!.i);
  }
};

async function loadPreloaded(heapMB: number): Promise<() => Promise<Staying>> {
  const context = await ourContext('forkserver', ['Pipe', 'Process']);
  const file = workerFile('heap.cjs');
  process.env['BENCH_HEAP_MB'] = String(heapMB);
  await preloadForkserver([file]);
  return async () => {
    const [own, other] = context.Pipe();
    const child = new context.Process({ target: answer, args: [other, file] });
    await child.start();
    await own.recv();
    return {
      pid: child.pid!,
      ask: async (index) => {
        await own.send(index);
        return own.recv();
      },
      end: async () => {
        await own.send(-1);
        await child.join();
      },
    };
  };
}

export const ourStartPeers: readonly StartPeer[] = ['spawn', 'forkserver', 'thread'].map((method) => ({
  id: `mp-${method}`,
  title: `@mp/runtime, ${method}`,
  ours: true,
  use: `\`new Process({ target, args: [connection] })\` of \`getContext('${method}')\`; a heap by \`setForkserverPreload\`.`,
  load: async () => {
    const context = await ourContext(method, ['Pipe', 'Process']);
    return async () => {
      const [own, other] = context.Pipe();
      const process = new context.Process({ target: greet, args: [other] });
      await process.start();
      await own.recv();
      return { join: () => process.join() };
    };
  },
  ...(method === 'forkserver' ? { loadPreloaded } : {}),
}));
