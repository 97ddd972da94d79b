// What runs in a copy of the parent, which has loaded it before.
import { Socket } from 'node:net';
import { SocketTransport } from '../channel/socket-transport.js';
import type { Work } from '../child/boot.js';
import { serve } from '../child/serve.js';
import { createHandles } from '../context/handles.js';

/**
 * Takes up what the copy is for.
 *
 * @param channel - The descriptor of the way to the parent.
 * @param progress - The descriptor of a worker's progress file.
 * @param work - What a process is to do, as it was in the parent.
 */
export function runCopy(channel: number, progress: number | undefined, work: Work | undefined): void {
  serve(
    new SocketTransport(new Socket({ fd: channel, readable: true, writable: true })),
    progress,
    createHandles,
    [],
    work,
  );
}
