import type { Codec } from '@mp/codec';
import { FrameChannel } from '../channel/frame-channel.js';
import type { Transport } from '../channel/transport.js';
import { FRAME } from '../protocol/frames.js';
import type { Preparation } from '../protocol/preparation.js';
import { type ChildChannel, type HandleFactory, loadMarshal, takePlace, type Work } from './boot.js';
import { followParent } from './parent-watch.js';
import { run as runProcess } from './process-main.js';
import { forwardLog } from './reporting.js';
import { run as runWorker } from './worker-loop.js';

/**
 * Takes up the work that the parent has for this process or thread: its role comes as the first frame.
 *
 * @param transport - The way to the parent.
 * @param progress - Where a worker records its progress.
 * @param createHandles - Makes the reducers of the runtime's handles, which know rooms that a child must not know.
 * @param codecs - Those that need not be loaded.
 * @param work - What a process is to do, where it is here already.
 */
export function serve(
  transport: Transport,
  progress: SharedArrayBuffer | number | undefined,
  createHandles: HandleFactory,
  codecs: readonly Codec[] = [],
  work?: Work | undefined,
): void {
  const channel = new FrameChannel(transport);
  const early: { kind: number; body: Uint8Array; buffers: readonly Uint8Array[] }[] = [];
  channel.setHandler({
    onFrame: (kind, body, buffers) => {
      if (kind === FRAME.prepare) void start(JSON.parse(Buffer.from(body).toString()) as Preparation);
      else early.push({ kind, body, buffers });
    },
    onEnd: followParent,
  });

  async function start(preparation: Preparation): Promise<void> {
    takePlace(preparation);
    if (preparation.log.isHeard) forwardLog(channel);
    const marshal = loadMarshal(preparation, createHandles, codecs);
    marshal.catch(() => {});
    const child: ChildChannel = {
      channel,
      preparation,
      marshal,
      progress,
      work,
      listen: (onFrame) => {
        channel.setHandler({ onFrame, onEnd: followParent });
        for (const { kind, body, buffers } of early.splice(0)) onFrame(kind, body, buffers);
      },
    };
    await (preparation.role === 'worker' ? runWorker : runProcess)(child);
  }
}
