import { readdirSync, readFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { isForkedCopy } from './fork-safety.js';

/**
 * Names of threads that a fork may lose: libuv makes its pool anew; waits for futexes, and descriptors that are offered,
 * belong to the parent.
 */
const DISPENSABLE: ReadonlySet<string> = new Set(['libuv-worker', 'mp-futex', 'mp-exchange']);
/** The main thread, the one that delays V8's tasks, and the one that waits for SIGUSR1. */
const THREADS_OF_NODE = 3;
/** libuv's default. */
const POOL_THREADS = 4;

/** The number of threads besides libuv's pool, as far as it can be told by name, and our own. */
export function countThreads(): number {
  return readdirSync('/proc/self/task').filter((thread) => !DISPENSABLE.has(nameOf(thread))).length;
}

/** Starts libuv's pool, so that its threads can be counted. */
export async function startThreadPool(): Promise<void> {
  await access('/');
}

/**
 * How many threads there are that Node did not start for itself: worker threads, an open inspector, native addons.
 * libuv's pool must have been started.
 */
export function countExtraThreads(): number {
  const unnamed = poolHasNames() ? 0 : poolSize();
  // Of all threads, a copy begins with its main one.
  const expected = isForkedCopy() ? 1 : THREADS_OF_NODE + workersOfV8();
  return countThreads() - expected - unnamed;
}

function workersOfV8(): number {
  const flag = process.execArgv.findLast((argument) => /^--v8[-_]pool[-_]size=/.test(argument));
  const size = flag === undefined ? 4 : Number(flag.slice(flag.indexOf('=') + 1));
  // 0 stands for what fits the machine, and is never none.
  return size > 0 ? size : Math.max(1, availableParallelism() - 1);
}

/** Node 20 gives its threads no names. */
function poolHasNames(): boolean {
  return readdirSync('/proc/self/task').some((thread) => nameOf(thread) === 'libuv-worker');
}

function poolSize(): number {
  const size = Number(process.env['UV_THREADPOOL_SIZE'] ?? POOL_THREADS);
  return Number.isInteger(size) && size > 0 ? Math.min(size, 1024) : POOL_THREADS;
}

function nameOf(thread: string): string {
  try {
    return readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim();
  } catch {
    // It ended meanwhile.
    return 'libuv-worker';
  }
}
