// @mp/runtime: its locks, counters and shared memory, which travel to another process as arguments do.
import {
  type OurConnection,
  type OurLock,
  type OurMemory,
  type OurSemaphore,
  type OurValue,
  ourContext,
} from '../our-runtime.js';
import type { SyncPeer } from './sync-peer.js';

/** Waits to be told how often, increments so often, and says when it is done. */
const increment = async (connection: OurConnection, value: OurValue): Promise<void> => {
  for (;;) {
    const rounds = (await connection.recv()) as number;
    const lock = value.getLock();
    for (let i = 0; i < rounds; i++) {
      if (lock.acquireSync === undefined) await lock.acquire();
      else lock.acquireSync();
      value.value += 1;
      lock.release();
    }
    await connection.send('done');
  }
};

const giveBack = async (there: OurSemaphore, back: OurSemaphore): Promise<void> => {
  for (;;) {
    await there.acquire();
    back.release();
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

const cycleOf = (lock: OurLock): (() => unknown) =>
  lock.acquireSync === undefined
    ? async () => {
        await lock.acquire();
        await lock.release();
      }
    : () => {
        lock.acquireSync!();
        lock.release();
      };

export const ourSyncPeers: readonly SyncPeer[] = ['spawn', 'forkserver', 'thread'].map((method) => ({
  id: `mp-${method}`,
  title: `@mp/runtime, ${method}`,
  ours: true,
  use: `\`Lock\`, \`Semaphore\`, \`Value\` and \`SharedMemory\` of \`getContext('${method}')\`, sent through \`Process\` and \`Pipe()\`.`,
  openLock: async () => {
    const context = await ourContext(method, ['Lock']);
    return { cycle: cycleOf(new context.Lock()), close: () => {} };
  },
  openCounter: async () => {
    const context = await ourContext(method, ['Value', 'Pipe', 'Process']);
    const value = new context.Value('int32', 0);
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
      cycle: async () => {
        there.release();
        await back.acquire();
      },
      close: () => process.terminate(),
    };
  },
  openSegments: async () => {
    const { SharedMemory } = await ourContext(method, ['SharedMemory']);
    return {
      cycle: () => {
        const created = SharedMemory.create({ size: 4096 });
        const attached = SharedMemory.attach(created.name!);
        attached.close();
        created.close();
      },
      close: () => {},
    };
  },
  openMemory: async (bytes) => {
    const context = await ourContext(method, ['SharedMemory', 'Pipe', 'Process']);
    const memory = context.SharedMemory.create({ size: bytes });
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
