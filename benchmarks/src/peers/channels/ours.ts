// @mp/runtime: pipes and queues.
import { type OurConnection, type OurQueue, ourContext } from '../our-runtime.js';
import type { ChannelPeer } from './channel-peer.js';

const otherEnds = {
  echo: async (connection: OurConnection): Promise<void> => {
    for (;;) await connection.send(await connection.recv());
  },
  count: async (connection: OurConnection): Promise<void> => {
    for (let count = 0; ; count++) {
      if ((await connection.recv()) !== -1) continue;
      await connection.send(count);
      count = -1;
    }
  },
};

const produce = async (queue: OurQueue, count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await queue.put(i);
};

export const ourChannelPeers: readonly ChannelPeer[] = ['spawn', 'forkserver', 'thread'].map((method) => ({
  id: `mp-${method}`,
  title: `@mp/runtime, ${method}`,
  ours: true,
  use: `\`Pipe()\` and \`new Queue()\` of \`getContext('${method}')\`.`,
  open: async (otherEnd) => {
    const context = await ourContext(method, ['Pipe', 'Process']);
    const [own, other] = context.Pipe();
    const process = new context.Process({ target: otherEnds[otherEnd], args: [other] });
    await process.start();
    return { send: (message) => own.send(message), receive: () => own.recv(), close: () => process.terminate() };
  },
  openQueue: async (count) => {
    const context = await ourContext(method, ['Queue', 'Process']);
    const queue = new context.Queue();
    const process = new context.Process({ target: produce, args: [queue, count] });
    await process.start();
    return { get: () => queue.get(), close: () => process.terminate() };
  },
}));
