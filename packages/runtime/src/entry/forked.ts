// What runs in a child of the fork server, which has loaded it before: everything that a child needs is here already.
import { Socket } from 'node:net';
import { receiveEnds } from '../channel/direct-ends.js';
import { SocketTransport } from '../channel/socket-transport.js';
import { serve } from '../child/serve.js';
import { createHandles } from '../context/handles.js';
import { requireNative } from '../native/native.js';

// Found once, in the server: every child would compile it anew.
const native = requireNative();

const FIRST_BYTES = 1 << 14;

/** Called by the fork server, in the child. Its descriptors are the channel and a worker's progress file, or ends of pipes. */
export function run(): void {
  const [channel, ...others] = native.forkedContext()?.descriptors ?? [];
  if (channel === undefined) throw new Error('A forked process was given no channel to its parent.');
  receiveEnds(others);
  const socket = new Socket({ fd: channel, readable: true, writable: true });
  serve(new SocketTransport(socket, readFirst(channel)), others[0], createHandles);
}

/** What the parent has said by now, which is all that it has to say first, without a turn of the event loop. */
function readFirst(channel: number): Uint8Array | undefined {
  const bytes = Buffer.alloc(FIRST_BYTES);
  const length = native.readDescriptor(channel, bytes);
  // The end is the socket's to find.
  return length > 0 ? bytes.subarray(0, length) : undefined;
}
