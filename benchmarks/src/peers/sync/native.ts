// @mp/native: locks and shared memory by themselves, under whatever the runtime makes of them.
import { loadOurs } from '../our-packages.js';
import { ask, startWorker } from './native-worker.js';
import type { SyncPeer } from './sync-peer.js';

export interface Segment {
  readonly name: string;
  readonly buffer: ArrayBuffer;
  close(): void;
  unlink(): boolean;
}

interface Semaphore {
  readonly handle: { readonly block: number };
  acquireSync(): void;
  release(): void;
}

export interface Native {
  readonly SharedMemory: { create(options: { size: number; name?: string }): Segment; attach(name: string): Segment };
  readonly SyncArena: { create(options: { name?: string }): { readonly memory: Segment } };
  readonly Lock: {
    create(arena: unknown): { readonly handle: { readonly block: number }; acquireSync(): { release(): void } };
  };
  readonly Semaphore: { create(arena: unknown, permits: number): Semaphore };
  futexWait(words: Int32Array, index: number, expected: number): unknown;
  futexWake(words: Int32Array, index: number): unknown;
}

export const loadNative = (): Promise<Native> =>
  loadOurs<Native>('native', ['SharedMemory', 'SyncArena', 'Lock', 'Semaphore', 'futexWait', 'futexWake']);

/** The workers are killed: nobody but us can take the names away. */
export function release(...segments: readonly Segment[]): void {
  for (const segment of segments) {
    segment.unlink();
    segment.close();
  }
}

export const nativeSyncPeer: SyncPeer = {
  id: 'mp-native',
  title: '@mp/native',
  ours: true,
  use: '`Lock` and `Semaphore` with `acquireSync`, `SharedMemory` attached by name.',
  openLock: async () => {
    const { Lock, SyncArena } = await loadNative();
    const lock = Lock.create(SyncArena.create({}));
    return { cycle: () => lock.acquireSync().release(), close: () => {} };
  },
  openCounter: async () => {
    const { Lock, SharedMemory, SyncArena } = await loadNative();
    const arena = SyncArena.create({ name: `mp-bench-${process.pid}` });
    const lock = Lock.create(arena);
    const data = SharedMemory.create({ size: 64 });
    const args = [arena.memory.name, String(lock.handle.block), data.name];
    const workers = await Promise.all([0, 1].map(() => startWorker('native-counter.mjs', ...args)));
    return {
      count: async (rounds) => {
        const counter = new Int32Array(data.buffer);
        counter[0] = 0;
        const begun = performance.now();
        const ends = await Promise.all(
          workers.map(async (worker) => {
            await ask(worker, rounds);
            return performance.now() - begun;
          }),
        );
        return { sum: counter[0]!, firstMs: Math.min(...ends), lastMs: Math.max(...ends) };
      },
      close: () => {
        for (const worker of workers) worker.kill('SIGKILL');
        release(data, arena.memory);
      },
    };
  },
  openHandOver: async () => {
    const { Semaphore, SyncArena } = await loadNative();
    const arena = SyncArena.create({ name: `mp-bench-${process.pid}` });
    const [there, back] = [Semaphore.create(arena, 0), Semaphore.create(arena, 0)];
    const blocks = [there, back].map(({ handle }) => String(handle.block));
    const worker = await startWorker('native-turns.mjs', 'semaphore', arena.memory.name, ...blocks);
    return {
      cycle: () => {
        there.release();
        back.acquireSync();
      },
      close: () => {
        worker.kill('SIGKILL');
        release(arena.memory);
      },
    };
  },
  openSegments: async () => {
    const { SharedMemory } = await loadNative();
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
  openMemory: async (bytes) => {
    const { SharedMemory } = await loadNative();
    const memory = SharedMemory.create({ size: bytes });
    new Uint8Array(memory.buffer)[bytes - 1] = 7;
    const worker = await startWorker('native-reader.mjs');
    return {
      cycle: () => ask(worker, memory.name),
      close: () => {
        worker.kill('SIGKILL');
        release(memory);
      },
    };
  },
};

/** The floor under every hand-over: futex(2) and nothing else. */
export const futexPeer: SyncPeer = {
  id: 'futex',
  title: 'a bare futex',
  use: 'Two words in shared memory, `futexWait` and `futexWake` of @mp/native: the floor.',
  openHandOver: async () => {
    const { futexWait, futexWake, SharedMemory } = await loadNative();
    const memory = SharedMemory.create({ size: 4096 });
    const words = new Int32Array(memory.buffer);
    const worker = await startWorker('native-turns.mjs', 'futex', memory.name);
    let turn = 0;
    return {
      cycle: () => {
        turn++;
        Atomics.store(words, 0, turn);
        futexWake(words, 0);
        while (Atomics.load(words, 16) !== turn) futexWait(words, 16, turn - 1);
      },
      close: () => {
        worker.kill('SIGKILL');
        release(memory);
      },
    };
  },
};
