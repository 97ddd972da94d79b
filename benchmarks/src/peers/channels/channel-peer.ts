// What an adapter of a channel between two processes offers.
import type { Peer } from '../../harness/model.js';

/** What the other end does with messages: returns each, or counts them until it is asked by -1. */
export type OtherEnd = 'echo' | 'count';

export interface Channel {
  /** Takes the message; a promise means that the sender has to wait. */
  send(message: unknown): unknown;
  receive(): Promise<unknown>;
  close(): unknown;
}

/** What a peer does not offer it leaves out; the cases then list it as one that cannot. */
export interface ChannelPeer extends Peer {
  /** Opens a channel to a child that is up. */
  readonly open?: (otherEnd: OtherEnd) => Promise<Channel>;
  /** A queue that a child fills with the numbers from 0 to `count - 1`. */
  readonly openQueue?: (count: number) => Promise<{ get(): Promise<unknown>; close(): unknown }>;
}
