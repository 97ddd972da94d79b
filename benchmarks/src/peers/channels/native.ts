// @mp/native: locks and shared memory by themselves, under whatever the runtime makes of them.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { loadOurs, ourSpecifier } from '../our-packages.js';
import { workerFile } from '../worker-file.js';
import type { ChannelPeer } from './channel-peer.js';

interface Segment {
  readonly name: string;
  readonly buffer: ArrayBuffer;
  close(): void;
  unlink(): boolean;
}

interface Native {
  readonly SharedMemory: { create(options: { size: number }): Segment; attach(name: string): Segment };
  readonly SyncArena: { create(options: { name?: string }): { readonly memory: Segment } };
  readonly Lock: {
    create(arena: unknown): { readonly handle: { readonly block: number }; acquireSync(): { release(): void } };
  };
}

const load = (): Promise<Native> => loadOurs<Native>('native', ['SharedMemory', 'SyncArena', 'Lock']);

/** Starts a worker that gets the address of @mp/native first, and waits until it is up. */
async function startWorker(file: string, ...args: readonly string[]): Promise<ChildProcess> {
  const child = fork(workerFile(file), [ourSpecifier('native'), ...args]);
  await once(child, 'message');
  return child;
}

/** The workers are killed: nobody but us can take the names away. */
function release(...segments: readonly Segment[]): void {
  for (const segment of segments) {
    segment.unlink();
    segment.close();
  }
}

export const nativeChannelPeer: ChannelPeer = {
  id: 'mp-native',
  title: '@mp/native',
  ours: true,
  use: '`Lock` with `acquireSync`, and `SharedMemory` attached by name.',
  openLock: async () => {
    const { Lock, SyncArena } = await load();
    const lock = Lock.create(SyncArena.create({}));
    return { cycle: () => lock.acquireSync().release(), close: () => {} };
  },
  openCounter: async () => {
    const { Lock, SharedMemory, SyncArena } = await load();
    const arena = SyncArena.create({ name: `mp-bench-${process.pid}` });
    const lock = Lock.create(arena);
    const data = SharedMemory.create({ size: 64 });
    const args = [arena.memory.name, String(lock.handle.block), data.name];
    const workers = await Promise.all([0, 1].map(() => startWorker('native-counter.mjs', ...args)));
    return {
      count: async (rounds) => {
        const counter = new Int32Array(data.buffer);
        counter[0] = 0;
        await Promise.all(
          workers.map((worker) => {
            worker.send(rounds);
            return once(worker, 'message');
          }),
        );
        return counter[0]!;
      },
      close: () => {
        for (const worker of workers) worker.kill('SIGKILL');
        release(data, arena.memory);
      },
    };
  },
  openSegments: async () => {
    const { SharedMemory } = await load();
    return {
      cycle: () => {
        const created = SharedMemory.create({ size: 4096 });
        const attached = SharedMemory.attach(created.name);
        attached.close();
        created.close();
      },
      close: () => {},
    };
  },
  openHandover: async (bytes) => {
    const { SharedMemory } = await load();
    const memory = SharedMemory.create({ size: bytes });
    new Uint8Array(memory.buffer)[bytes - 1] = 7;
    const worker = await startWorker('native-reader.mjs');
    return {
      hand: async () => {
        worker.send(memory.name);
        const [last] = await once(worker, 'message');
        return last;
      },
      close: () => {
        worker.kill('SIGKILL');
        release(memory);
      },
    };
  },
};
