import { Lock, SharedMemory, SyncArena } from '@mp/native';

/** Takes and gives back the lock many times; whoever kills this process may do so at any moment of it. */
export async function run() {
  const lock = Lock.attach(SyncArena.attach(SharedMemory.attach(process.env.ARENA)), Number(process.env.BLOCK));
  for (let i = 0; i < 200; i++) (await lock.acquire()).release();
}
