// What runs in a new process or thread. In: the preparation, as the first frame. Out: nothing; it calls what its role names.
import { Socket } from 'node:net';
import { isMainThread, workerData } from 'node:worker_threads';
import { FrameChannel } from '../channel/frame-channel.js';
import { PortTransport } from '../channel/port-transport.js';
import { SocketTransport } from '../channel/socket-transport.js';
import { FRAME } from '../protocol/frames.js';
import type { Preparation } from '../protocol/preparation.js';
import { type ChildChannel, loadMarshal, takePlace } from './boot.js';
import { followParent } from './parent-watch.js';

const channel = new FrameChannel(
  isMainThread ? new SocketTransport(inheritedSocket()) : new PortTransport(workerData.port),
);
const early: { kind: number; body: Uint8Array; buffers: readonly Uint8Array[] }[] = [];

channel.setHandler({
  onFrame: (kind, body, buffers) => {
    if (kind === FRAME.prepare) start(JSON.parse(Buffer.from(body).toString()) as Preparation);
    else early.push({ kind, body, buffers });
  },
  onEnd: followParent,
});

/** The channel's other end is the parent's, by descriptor 3: see `launch/spawn.ts`. */
function inheritedSocket(): Socket {
  return new Socket({ fd: 3, readable: true, writable: true });
}

async function start(preparation: Preparation): Promise<void> {
  takePlace(preparation);
  // While the role's own modules load.
  const marshal = loadMarshal(preparation);
  marshal.catch(() => {});
  const child: ChildChannel = {
    channel,
    preparation,
    marshal,
    progress: workerData?.progress,
    listen: (onFrame) => {
      channel.setHandler({ onFrame, onEnd: followParent });
      for (const { kind, body, buffers } of early.splice(0)) onFrame(kind, body, buffers);
    },
  };
  const role = preparation.role === 'worker' ? await import('./worker-loop.js') : await import('./process-main.js');
  await role.run(child);
}
