import type { FrameChannel } from './frame-channel.js';
import { encodeOrUndo } from './undoing.js';

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

/** The channel for which a message is being encoded. */
let carrier: FrameChannel | undefined;

/** Encodes a message for a channel, or takes back what was done for it: what it brings along is asked for {@link isCarrier}. */
export function carry<T>(channel: FrameChannel, encode: () => T): T {
  const before = carrier;
  carrier = channel;
  try {
    return encodeOrUndo(encode);
  } finally {
    carrier = before;
  }
}

/** Whether the message that is being encoded goes over this channel, or comes out of it. */
export function isCarrier(channel: FrameChannel): boolean {
  return carrier !== undefined && (carrier === channel || twinOf(carrier) === channel);
}
