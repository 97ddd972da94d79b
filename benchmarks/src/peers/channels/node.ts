// What comes with Node: the channel of `fork`, and message ports.
import { fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { workerFile } from '../worker-file.js';
import type { Channel, ChannelPeer, OtherEnd } from './channel-peer.js';
import { inbox } from './inbox.js';

function forked(serialization: 'json' | 'advanced'): (otherEnd: OtherEnd) => Promise<Channel> {
  return async (otherEnd) => {
    const child = fork(workerFile('channel.cjs'), [otherEnd], { serialization });
    const { push, receive } = inbox();
    child.on('message', push);
    return {
      send: (message) => {
        // Node queues without bound; who is told `false` has to wait, or the memory grows.
        if (!child.send(message as number)) return new Promise((resolve) => setImmediate(resolve));
        return undefined;
      },
      receive,
      close: () => child.kill('SIGKILL'),
    };
  };
}

export const nodeChannelPeers: readonly ChannelPeer[] = [
  {
    id: 'child_process',
    title: 'child_process',
    use: '`fork(file)` and `send`; JSON.',
    open: forked('json'),
  },
  {
    id: 'child_process-advanced',
    title: 'child_process, advanced',
    use: "The same with `serialization: 'advanced'`.",
    open: forked('advanced'),
  },
  {
    id: 'worker_threads',
    title: 'worker_threads',
    use: '`new Worker(file)` and `postMessage`.',
    open: async (otherEnd) => {
      const worker = new Worker(workerFile('channel.cjs'), { workerData: otherEnd });
      const { push, receive } = inbox();
      worker.on('message', push);
      return { send: (message) => worker.postMessage(message), receive, close: () => worker.terminate() };
    },
  },
];
