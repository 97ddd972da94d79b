// What runs in a new process or thread. In: the preparation, as the first frame. Out: nothing; it calls what its role names.
import { Socket } from 'node:net';
import { isMainThread, workerData } from 'node:worker_threads';
import { PortTransport } from '../channel/port-transport.js';
import { SocketTransport } from '../channel/socket-transport.js';
import { serve } from './serve.js';

// Where a spawned process finds its channel and its progress file: see `launch/spawn.ts`.
const CHANNEL_DESCRIPTOR = 3;
const PROGRESS_DESCRIPTOR = 4;

if (isMainThread) {
  serve(
    new SocketTransport(new Socket({ fd: CHANNEL_DESCRIPTOR, readable: true, writable: true })),
    PROGRESS_DESCRIPTOR,
  );
} else {
  serve(new PortTransport(workerData.port), workerData.progress);
}
