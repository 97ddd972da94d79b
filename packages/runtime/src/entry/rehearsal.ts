// Loaded by a fork server for nothing but what it does: V8 compiles a function when it is first called, and what was
// called here once no child compiles again. The query of this module's URL names the codec.
import { Socket } from 'node:net';
import type { Codec } from '@mp/codec';
import { authenticate } from '../channel/authentication.js';
import { Connection } from '../channel/connection.js';
import { FrameChannel } from '../channel/frame-channel.js';
import { createMarshal, decodePayload, type Marshal } from '../channel/marshal.js';
import { SocketTransport } from '../channel/socket-transport.js';
import { createHandles } from '../context/handles.js';
import { requireNative } from '../native/native.js';
import { playChild } from './dress-rehearsal.js';

/** So many objects that a codec does with them what it does with many, and has done it before the first child. */
const MANY = 60;
/** What children are sent and send: a target, its arguments, results. */
const SAMPLE: unknown = {
  list: [1, 2.5, 'text', true, null],
  map: new Map([['key', new Date(0)]]),
  records: Array.from({ length: MANY }, (_, index) => ({ index, text: 'text', isEven: index % 2 === 0 })),
};

/**
 * Called by the fork server when all is loaded and garbage is collected, right before it forks. Once is enough: more rounds
 * make V8 compile better code, in pages that each child gets its own copy of, and no child is faster for it.
 */
export async function forkServerRehearsal(): Promise<void> {
  try {
    await rehearse(await loadCodec());
  } catch {
    // A codec that does not carry the sample; the first child will say what is wrong, if anything is.
  }
}

async function loadCodec(): Promise<Codec> {
  const { searchParams } = new URL(import.meta.url);
  const module = (await import(searchParams.get('codec') ?? '')) as Record<string, unknown>;
  return module[searchParams.get('name') ?? ''] as Codec;
}

/** Decodes a target as a child does, and speaks with itself over a socket as children speak with others. */
async function rehearse(codec: Codec): Promise<void> {
  const marshal: Marshal = createMarshal(
    codec,
    createHandles(() => marshal),
  );
  const [near, far] = requireNative().createSocketPair().map(openChannel) as [FrameChannel, FrameChannel];
  const connections: Connection[] = [];
  try {
    await Promise.all([greet(near, 'accept'), greet(far, 'connect')]);
    connections.push(new Connection(near, marshal), new Connection(far, marshal));
    const [first, second] = connections as [Connection, Connection];
    await first.send(SAMPLE);
    await second.send(await second.recv());
    await first.recv();
    decodeTarget(marshal);
    await playChild(codec, marshal);
  } finally {
    for (const connection of connections) await connection.close();
    near.destroy();
    far.destroy();
  }
}

function openChannel(fd: number): FrameChannel {
  return new FrameChannel(new SocketTransport(new Socket({ fd, readable: true, writable: true })));
}

function greet(channel: FrameChannel, role: 'accept' | 'connect'): Promise<void> {
  return new Promise((resolve, reject) => {
    authenticate(channel, new Uint8Array(32), role, (error) => {
      if (error !== undefined) return reject(error);
      channel.release();
      resolve();
    });
  });
}

function decodeTarget({ codec, context }: Marshal): void {
  const target = (value: { readonly list: readonly number[] }): number => Math.max(...value.list);
  const marshal = { codec, context, inBody: context };
  void decodePayload(marshal, codec.encode({ target, args: [SAMPLE] }, context, 'process'));
}
