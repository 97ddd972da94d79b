// What tests of locks and shared memory run elsewhere; by reference, over every codec.
import type { Barrier, BaseQueue, Condition, Event, Lock, RLock, Semaphore } from '@mp/runtime';

/** Reads, waits and writes: two that do it at once lose one of the increments. */
export async function increment(lock: Lock, counter: { readonly path: string }, times: number): Promise<void> {
  const { readFileSync, writeFileSync } = await import('node:fs');
  for (let i = 0; i < times; i++)
    await lock.runExclusive(async () => {
      const before = Number(readFileSync(counter.path, 'utf8'));
      await new Promise((resolve) => setImmediate(resolve));
      writeFileSync(counter.path, String(before + 1));
    });
}

export const isLocked = (lock: Lock): Promise<boolean> => lock.locked();
export const give = <T>(value: T): T => value;
export const takeAndDie = async (lock: Lock): Promise<void> => {
  await lock.acquire();
  process.kill(process.pid, 'SIGKILL');
  await new Promise(() => {});
};
export const takeAndTell = async (lock: Lock, taken: Event): Promise<void> => {
  const hold = await lock.acquire();
  await taken.set();
  await hold.release();
};
export const nest = (lock: RLock): Promise<number> =>
  lock.runExclusive(() => lock.runExclusive(() => lock.runExclusive(() => lock.depth)));
export const releaseWhenSet = async (event: Event, semaphore: Semaphore): Promise<void> => {
  await event.wait();
  await semaphore.release(2);
};
export const meet = (barrier: Barrier): Promise<number> => barrier.wait();
export const consume = async (condition: Condition, jobs: BaseQueue<number>, waiting: Semaphore): Promise<number> => {
  const hold = await condition.acquire();
  await waiting.release();
  await condition.waitFor(async () => (await jobs.qsize()) > 0);
  const job = await jobs.get();
  await hold.release();
  return job;
};
/** Makes a lock here, which the caller gets after this process is gone. */
export const putLock = async (queue: BaseQueue<Lock>): Promise<void> => {
  const { Lock } = await import('@mp/runtime');
  await queue.put(new Lock());
};
