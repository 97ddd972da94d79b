// What an adapter of a pool offers. One small file for each library.
import { createRequire } from 'node:module';
import type { Peer } from '../../harness/model.js';

/** The tasks of workers/tasks.cjs. */
export type TaskName = 'noop' | 'increment' | 'echo' | 'size' | 'spin';

export interface BenchPool {
  run(task: TaskName, input: unknown): PromiseLike<unknown>;
  /** The library's own way to run a task over many inputs. */
  map?(task: TaskName, inputs: readonly unknown[]): PromiseLike<readonly unknown[]>;
  /** The library's own way to run a task over inputs that are made while it goes on. */
  pull?(task: TaskName, inputs: AsyncIterable<unknown>): AsyncIterable<unknown>;
  close(): unknown;
}

export interface PoolPeer extends Peer {
  readonly kind: 'processes' | 'threads';
  /** Imports the library. The result makes a pool with that many workers. */
  readonly load: () => Promise<(workers: number) => BenchPool | Promise<BenchPool>>;
}

export const require: NodeJS.Require = createRequire(import.meta.url);
