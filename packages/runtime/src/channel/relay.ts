import type { FrameChannel } from './frame-channel.js';
import { twinOf } from './twins.js';

/** Where the ends that were taken away from this process have gone. */
const gone = new WeakMap<FrameChannel, FrameChannel>();

/** Gives an end that nobody has used here to the process at `remote`: its frames are passed on from now on, as they are. */
export function relay(end: FrameChannel, remote: FrameChannel): void {
  passFrames(end, remote);
  passFrames(remote, end);
  shareWait(end, remote);
}

/**
 * A relay between two other processes keeps this one alive: without it they could not talk. Where the other end of the
 * pipe is here, whoever waits at it does so; otherwise a program could not end before a daemon that listens to it.
 */
function shareWait(end: FrameChannel, remote: FrameChannel): void {
  gone.set(end, remote);
  const twin = twinOf(end);
  if (twin === undefined) return;
  const other = gone.get(twin);
  if (other === undefined) remote.unref();
  else other.ref();
}

function passFrames(from: FrameChannel, to: FrameChannel): void {
  from.setHandler({
    onFrame: (kind, body, buffers) => {
      to.send(kind, body, buffers, true);
      if (!to.isFull) return;
      from.pause();
      to.drained().then(() => from.resume());
    },
    onEnd: () => to.end(),
  });
}
