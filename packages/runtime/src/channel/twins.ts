import type { FrameChannel } from './frame-channel.js';

/** The two ends of a pipe that was made in this process; each is the other one's twin. */
const twins = new WeakMap<FrameChannel, FrameChannel>();

/** Notes that two channels are the ends of one pipe. */
export function pair(a: FrameChannel, b: FrameChannel): void {
  twins.set(a, b);
  twins.set(b, a);
}

/** The other end, where it was made in this process. */
export function twinOf(end: FrameChannel): FrameChannel | undefined {
  return twins.get(end);
}
