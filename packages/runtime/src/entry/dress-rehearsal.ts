// A child from its first frame to its last message, played in the fork server: see rehearsal.ts.
import { fstatSync } from 'node:fs';
import { createServer, type Server, Socket } from 'node:net';
import type { Codec, Reducer } from '@mp/codec';
import { privateAddress } from '../channel/address.js';
import { authenticate } from '../channel/authentication.js';
import { Connection } from '../channel/connection.js';
import { receiveEnds } from '../channel/direct-ends.js';
import { FrameChannel } from '../channel/frame-channel.js';
import type { Marshal } from '../channel/marshal.js';
import { SocketTransport } from '../channel/socket-transport.js';
import { serve } from '../child/serve.js';
import { createHandles } from '../context/handles.js';
import { requireNative } from '../native/native.js';
import { family, leaveFamily } from '../platform/family.js';
import { logSettings } from '../platform/logger.js';
import { FRAME, PROTOCOL_VERSION } from '../protocol/frames.js';
import type { Preparation } from '../protocol/preparation.js';

/** Stands for a connection among the arguments: how the child that is played comes by it. */
class Stage {
  readonly ticket: unknown;

  constructor(ticket: unknown) {
    this.ticket = ticket;
  }
}

const stageReducer: Reducer<Stage> = {
  tag: 'mp.Connection',
  test: (value): value is Stage => value instanceof Stage,
  reduce: ({ ticket }) => ({ ticket, direction: 'both' }),
  revive: () => undefined as never,
};

/**
 * Plays a child that is told who it is, decodes a target, and sends a message over each of two connections: one that it was
 * given, and one that it connects to. What that changes of this process is put back.
 */
export async function playChild(codec: Codec, marshal: Marshal): Promise<void> {
  const { title } = process;
  const listeners = process.listeners('uncaughtException');
  const [near, far] = requireNative().createSocketPair();
  const parent = new FrameChannel(new SocketTransport(openSocket(near)));
  const childSocket = openSocket(far);
  const [given, taken] = requireNative().createSocketPair();
  const other = new Connection(new FrameChannel(new SocketTransport(openSocket(given))), marshal);
  const { address, remove } = privateAddress();
  let server: Server | undefined;
  try {
    parent.send(FRAME.prepare, Buffer.from(JSON.stringify(preparationFor(codec))));
    serve(new SocketTransport(childSocket), undefined, createHandles);
    const target = async (end: Connection, direct: Connection): Promise<void> => {
      await direct.send('played');
      await end.send('played');
    };
    receiveEnds([taken]);
    const stages = [new Stage({ address, token: '' }), new Stage({ index: 0, inode: fstatSync(taken).ino })];
    const context = { ...marshal.context, reducers: [stageReducer] };
    const { body, buffers } = codec.encode({ target, args: stages }, context, 'process');
    const heard = new Promise<void>((resolve, reject) => {
      server = createServer((socket) => hear(socket, marshal).then(resolve, reject));
      server.listen(address, () => parent.send(FRAME.run, body, buffers));
    });
    await other.recv();
    await heard;
  } finally {
    // The end of the channel is the end of a child, but not of this process.
    family().isParentGone = true;
    const ended = new Promise((resolve) => childSocket.once('close', resolve));
    // A child lets go of its channel.
    childSocket.ref();
    await other.close();
    parent.destroy();
    server?.close();
    remove();
    await ended;
    leaveFamily();
    for (const listener of process.listeners('uncaughtException'))
      if (!listeners.includes(listener)) process.off('uncaughtException', listener);
    process.title = title;
  }
}

/** The other end of the child's connection. */
async function hear(socket: Socket, marshal: Marshal): Promise<void> {
  const channel = new FrameChannel(new SocketTransport(socket));
  await new Promise<void>((resolve, reject) => {
    authenticate(channel, family().authKey, 'accept', (error) => {
      if (error !== undefined) return reject(error);
      channel.hold({
        onFrame: () => {
          channel.release();
          resolve();
        },
        onEnd: () => reject(new Error('It left.')),
      });
    });
  });
  const connection = new Connection(channel, marshal);
  await connection.recv();
  await connection.close();
  channel.destroy();
}

function openSocket(fd: number): Socket {
  return new Socket({ fd, readable: true, writable: true });
}

function preparationFor(codec: Codec): Preparation {
  return {
    version: PROTOCOL_VERSION,
    role: 'process',
    authKey: Buffer.alloc(32).toString('base64'),
    name: 'Rehearsal',
    identity: [],
    parent: { name: 'Rehearsal', pid: process.pid },
    daemon: false,
    startMethod: 'forkserver',
    codec: codec.module,
    codecId: codec.id,
    log: logSettings(),
    settings: undefined,
  };
}
