// @mp/runtime: a process that gets one end of a pipe, says one word and ends.
import { type OurConnection, ourContext } from '../our-runtime.js';
import type { StartPeer } from './start-peer.js';

const greet = (connection: OurConnection): unknown => connection.send('up');

export const ourStartPeers: readonly StartPeer[] = ['spawn', 'forkserver', 'thread'].map((method) => ({
  id: `mp-${method}`,
  title: `@mp/runtime, ${method}`,
  ours: true,
  use: `\`new Process({ target, args: [connection] })\` of \`getContext('${method}')\`; the target sends one message and ends.`,
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
}));
