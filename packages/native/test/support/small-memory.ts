import { spawn, spawnSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fixturePath } from './fixtures.js';
import type { RunResult } from './run.js';

const MOUNT = 'mount -t tmpfs -o size=1m tmpfs /dev/shm';

/** Why no /dev/shm of its own can be given to a process here; undefined where it can. */
export function smallMemoryProblem(): string | undefined {
  const { error, status, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', MOUNT], { encoding: 'utf8' });
  if (error !== undefined) return `unshare(1) cannot be started: ${error.message}`;
  return status === 0 ? undefined : stderr.trim();
}

/** Runs a fixture script with a /dev/shm of 1 MB that is its own. */
export async function runWithSmallMemory(name: string): Promise<RunResult> {
  const script = `${MOUNT} && exec "$0" "$1"`;
  const child = spawn('unshare', ['-m', 'sh', '-c', script, process.execPath, fixturePath(name)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<Pick<RunResult, 'code' | 'signal'>>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  );
  return { output: await text(child.stdout), ...(await ended) };
}
