import { Connection } from './connection.js';
import { FrameChannel } from './frame-channel.js';
import type { Marshal } from './marshal.js';
import { MemoryTransport } from './memory-transport.js';
import { pair } from './twins.js';

/** How a pipe goes. */
export interface PipeOptions {
  /** Whether both ends send and receive. Otherwise the first end receives and the second sends. @defaultValue true */
  readonly duplex?: boolean | undefined;
}

/**
 * Makes two connections that are connected to each other.
 *
 * @returns Both ends, in this process. Send one (or both) to other processes. With `duplex: false`, the reader and the writer.
 */
export function createPipe<A = unknown, B = A>(
  marshal: Marshal,
  options: PipeOptions = {},
): [Connection<A, B>, Connection<B, A>] {
  const duplex = options.duplex ?? true;
  const [first, second] = MemoryTransport.pair();
  const [a, b] = [new FrameChannel(first), new FrameChannel(second)];
  pair(a, b);
  return [
    new Connection<A, B>(a, marshal, duplex ? 'both' : 'read'),
    new Connection<B, A>(b, marshal, duplex ? 'both' : 'write'),
  ];
}
