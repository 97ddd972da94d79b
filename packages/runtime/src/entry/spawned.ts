// What runs in a new process. Its channel and its progress file are where `launch/spawn.ts` has put them.
import { Socket } from 'node:net';
import { SocketTransport } from '../channel/socket-transport.js';
import { serve } from '../child/serve.js';
import { createHandles } from '../context/handles.js';
import { CHANNEL_DESCRIPTOR, PROGRESS_DESCRIPTOR } from '../protocol/descriptors.js';

serve(
  new SocketTransport(new Socket({ fd: CHANNEL_DESCRIPTOR, readable: true, writable: true })),
  PROGRESS_DESCRIPTOR,
  createHandles,
);
