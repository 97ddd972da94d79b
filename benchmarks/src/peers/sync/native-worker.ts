// A process that works with @mp/native, for the adapters of it.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { ourSpecifier } from '../our-packages.js';
import { workerFile } from '../worker-file.js';

/** Starts a worker that gets the address of @mp/native first, and waits until it is up. */
export async function startWorker(file: string, ...args: readonly string[]): Promise<ChildProcess> {
  const child = fork(workerFile(file), [ourSpecifier('native'), ...args]);
  const failed = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`${file} ended with ${String(signal ?? code)}.`);
  });
  await Promise.race([once(child, 'message'), failed]);
  failed.catch(() => {});
  return child;
}

/** Says something to a worker. @returns its answer. */
export async function ask(worker: ChildProcess, message: unknown): Promise<unknown> {
  worker.send(message as object);
  const [answer] = (await once(worker, 'message')) as unknown[];
  return answer;
}
