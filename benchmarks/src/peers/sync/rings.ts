// The rings of @mp/native beside the socket that they replace, both without anything on top.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { NoNumber } from '../../harness/refusal.js';
import { loadOurs } from '../our-packages.js';
import { workerFile } from '../worker-file.js';
import { type Native, release, type Segment } from './native.js';
import { startWorker } from './native-worker.js';
import type { SyncPeer } from './sync-peer.js';

interface Rings extends Pick<Native, 'SharedMemory'> {
  createRing(memory: Segment): void;
  readonly RingReader: new (
    memory: Segment,
  ) => { read(into: Uint8Array): Promise<number>; readSync(into: Uint8Array): number };
  readonly RingWriter: new (
    memory: Segment,
  ) => {
    tryWrite(bytes: Uint8Array): number;
    write(bytes: Uint8Array): Promise<void>;
    writeSync(bytes: Uint8Array): void;
  };
}

const RING_BYTES = 1 << 20;

interface Line {
  readonly bytes: Uint8Array;
  write(): unknown;
  /** Reads eight bytes back into `bytes`. */
  read(): Promise<number> | number;
  close(): void;
}

async function openRings(what: 'echo' | 'flow', blocking: boolean): Promise<Line> {
  const { createRing, RingReader, RingWriter, SharedMemory } = await loadOurs<Rings>('native', [
    'createRing',
    'RingReader',
    'RingWriter',
    'SharedMemory',
  ]);
  const memories = [0, 1].map(() => SharedMemory.create({ size: RING_BYTES + 4096 })) as [Segment, Segment];
  for (const memory of memories) createRing(memory);
  const names = memories.map(({ name }) => name);
  const [writer, reader] = [new RingWriter(memories[0]), new RingReader(memories[1])];
  const worker = await startWorker('native-ring.mjs', ...names, what, blocking ? 'blocking' : 'waiting');
  const bytes = new Uint8Array(8);
  return {
    bytes,
    // Only a full ring is waited for, as on a socket.
    write: () => {
      if (blocking) writer.writeSync(bytes);
      else {
        const written = writer.tryWrite(bytes);
        if (written < 8) return writer.write(bytes.slice(written));
      }
      return undefined;
    },
    read: () => (blocking ? reader.readSync(bytes) : reader.read(bytes)),
    close: () => {
      worker.kill('SIGKILL');
      release(...memories);
    },
  };
}

function openSocket(what: 'echo' | 'flow'): Line {
  const child: ChildProcess = spawn(process.execPath, [workerFile('socket-echo.cjs'), what], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  const socket = child.stdio[3] as Duplex;
  const bytes = new Uint8Array(8);
  let arrived: (count: number) => void = () => {};
  socket.on('data', (data: Buffer) => {
    bytes.set(data.subarray(0, 8));
    arrived(8);
  });
  return {
    bytes,
    write: () => (socket.write(bytes.slice()) ? undefined : once(socket, 'drain')),
    read: () =>
      new Promise<number>((resolve) => {
        arrived = resolve;
      }),
    close: () => child.kill('SIGKILL'),
  };
}

function linePeer(
  peer: Omit<SyncPeer, 'openEcho' | 'openFlow'>,
  open: (what: 'echo' | 'flow') => Promise<Line> | Line,
) {
  return {
    ...peer,
    openEcho: async () => {
      const line = await open('echo');
      const number = new DataView(line.bytes.buffer);
      let sent = 0;
      return {
        cycle: async () => {
          number.setFloat64(0, ++sent);
          line.write();
          const count = line.read();
          if ((typeof count === 'number' ? count : await count) !== 8 || number.getFloat64(0) !== sent)
            throw new NoNumber('wrong', 'What came back differs from what was sent.');
        },
        close: () => line.close(),
      };
    },
    openFlow: async () => {
      const line = await open('flow');
      const numbers = new Float64Array(line.bytes.buffer);
      return {
        send: async (messages: number) => {
          for (let i = 1; i <= messages; i++) {
            // Whoever reads stops where the number is that of the messages so far: never before the last one.
            numbers[0] = i === messages ? messages : -1;
            const wait = line.write();
            if (wait instanceof Promise) await wait;
          }
          const count = await line.read();
          if (count !== 8 || numbers[0] !== messages) throw new NoNumber('wrong', 'Messages were lost.');
        },
        close: () => line.close(),
      };
    },
  } satisfies SyncPeer;
}

export const ringPeers: readonly SyncPeer[] = [
  linePeer(
    {
      id: 'ring-blocking',
      title: '@mp/native, ring, blocking',
      ours: true,
      use: '`RingWriter.writeSync` and `RingReader.readSync`: each side sleeps in the kernel.',
    },
    (what) => openRings(what, true),
  ),
  linePeer(
    {
      id: 'ring',
      title: '@mp/native, ring',
      ours: true,
      use: '`RingWriter.write` and `RingReader.read`: promises, the event loop goes on.',
    },
    (what) => openRings(what, false),
  ),
  linePeer(
    {
      id: 'socket',
      title: 'a bare unix socket',
      use: '`node:net` over an inherited socket pair, a `write` for each message.',
    },
    openSocket,
  ),
];
