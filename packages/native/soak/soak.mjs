// Forks, kills, locks and shares memory for as long as it is told, and fails if anything is left: `npm run soak -- 60`.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ForkServer, Lock, SharedMemory, SyncArena } from '@mp/native';

const SECONDS = Number(process.argv[2] ?? 30);
const CHILDREN = 20;
const child = fileURLToPath(new URL('child.mjs', import.meta.url));

const arena = SyncArena.create({ name: `soak-${process.pid}` });
const lock = Lock.create(arena);
const server = await ForkServer.start({ preload: [child] });
const before = descriptors();
const end = performance.now() + SECONDS * 1000;
let forked = 0;
let killed = 0;
let died = 0;
while (performance.now() < end) {
  const env = { ...process.env, ARENA: arena.memory.name, BLOCK: String(lock.handle.block) };
  const children = await Promise.all(
    Array.from({ length: CHILDREN }, () =>
      server.fork({ entry: child, call: 'run', env, stdio: ['ignore', 'inherit', 'inherit'] }),
    ),
  );
  forked += children.length;
  for (const one of children) if (Math.random() < 0.3) killed += Number(one.kill('SIGKILL'));
  const exits = await Promise.all(children.map(({ exited }) => exited));
  if (exits.some(({ code, signal }) => code !== 0 && signal !== 'SIGKILL')) throw new Error('A child failed.');
  // Whoever was killed with the lock has lost it.
  const hold = await lock.acquire({ timeoutMs: 10_000 });
  died += Number(hold.ownerDied);
  hold.release();
  SharedMemory.create({ size: 1 << 16 }).close();
}
await server.close();
const left = descriptors() - before;
arena.memory.close();
const files = readdirSync('/dev/shm').filter((file) => file.startsWith(`mp-soak-${process.pid}`));
console.log(
  `${forked} children, ${killed} killed, ${died} with the lock; ${Math.max(0, left)} descriptors and ${files.length} files left`,
);
if (left > 0 || files.length > 0) process.exitCode = 1;

function descriptors() {
  return readdirSync('/proc/self/fd').length;
}
