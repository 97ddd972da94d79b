// What runs in a child of the fork server, which has loaded it before: everything that a child needs is here already.
import { Socket } from 'node:net';
import { SocketTransport } from '../channel/socket-transport.js';
import { serve } from '../child/serve.js';
import { createHandles } from '../context/handles.js';
import { requireNative } from '../native/native.js';

// Found once, in the server: every child would compile it anew.
const native = requireNative();

/** Called by the fork server, in the child. Its descriptors are the channel and, for a worker, its progress file. */
export function run(): void {
  const [channel, progress] = native.forkedContext()?.descriptors ?? [];
  if (channel === undefined) throw new Error('A forked process was given no channel to its parent.');
  serve(new SocketTransport(new Socket({ fd: channel, readable: true, writable: true })), progress, createHandles);
}
