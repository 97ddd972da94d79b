// @mp/runtime: its locks, counters and shared memory, which travel to another process as arguments do.
import { type OurConnection, type OurMemory, type OurSemaphore, type OurValue, ourContext } from '../our-runtime.js';
import type { SyncPeer } from './sync-peer.js';

/** Waits to be told how often, increments so often, and says when it is done. */
const increment = async (connection: OurConnection, value: OurValue): Promise<void> => {
  for (;;) {
    const rounds = (await connection.recv()) as number;
    for (let i = 0; i < rounds; i++) value.updateSync((number) => number + 1);
    await connection.send('done');
  }
};

const giveBack = (there: OurSemaphore, back: OurSemaphore): void => {
  for (;;) {
    there.acquireSync();
    back.releaseSync();
  }
};

/** Memory that arrives is attached, not copied. */
const readLast = async (connection: OurConnection): Promise<void> => {
  for (;;) {
    const memory = (await connection.recv()) as OurMemory;
    const bytes = new Uint8Array(memory.buffer);
    await connection.send(bytes[bytes.length - 1]);
    memory.close();
  }
};

export const ourSyncPeers: readonly SyncPeer[] = ['spawn', 'forkserver', 'thread'].map((method) => ({
  id: `mp-${method}`,
  title: `@mp/runtime, ${method}`,
  ours: true,
  use: `\`Lock\` and \`Semaphore\` with their \`…Sync\` calls, \`Value.updateSync\` and \`SharedMemory\` of \`getContext('${method}')\`, sent through \`Process\` and \`Pipe()\`.`,
  openLock: async () => {
    const context = await ourContext(method, ['Lock']);
    const lock = new context.Lock();
    return { cycle: () => void lock.acquireSync().release(), close: () => {} };
  },
  openCounter: async () => {
    const context = await ourContext(method, ['Value', 'Pipe', 'Process']);
    const value = new context.Value('i', 0);
    const workers = await Promise.all(
      [0, 1].map(async () => {
        const [own, other] = context.Pipe();
        const process = new context.Process({ target: increment, args: [other, value] });
        await process.start();
        return { own, process };
      }),
    );
    return {
      count: async (rounds) => {
        value.value = 0;
        const begun = performance.now();
        const ends = await Promise.all(
          workers.map(async ({ own }) => {
            await own.send(rounds);
            await own.recv();
            return performance.now() - begun;
          }),
        );
        return { sum: value.value, firstMs: Math.min(...ends), lastMs: Math.max(...ends) };
      },
      close: () => workers.map(({ process }) => process.terminate()),
    };
  },
  openHandOver: async () => {
    const context = await ourContext(method, ['Semaphore', 'Process']);
    const [there, back] = [new context.Semaphore(0), new context.Semaphore(0)];
    const process = new context.Process({ target: giveBack, args: [there, back] });
    await process.start();
    return {
      cycle: () => {
        there.releaseSync();
        back.acquireSync();
      },
      close: () => process.terminate(),
    };
  },
  openSegments: async () => {
    const { SharedMemory } = await ourContext(method, ['SharedMemory']);
    return {
      cycle: () => {
        const created = new SharedMemory({ create: true, size: 4096 });
        const attached = new SharedMemory({ name: created.name });
        attached.close();
        created.close();
      },
      close: () => {},
    };
  },
  openMemory: async (bytes) => {
    const context = await ourContext(method, ['SharedMemory', 'Pipe', 'Process']);
    const memory = new context.SharedMemory({ create: true, size: bytes });
    new Uint8Array(memory.buffer)[bytes - 1] = 7;
    const [own, other] = context.Pipe();
    const process = new context.Process({ target: readLast, args: [other] });
    await process.start();
    return {
      cycle: async () => {
        await own.send(memory);
        return own.recv();
      },
      close: () => {
        memory.close();
        process.terminate();
      },
    };
  },
}));
