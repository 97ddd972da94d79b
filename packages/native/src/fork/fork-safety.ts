import { isMainThread } from 'node:worker_threads';
import { nativeSupport } from '../addon.js';

/** The flags with which a process must be started to be forked: without them V8 works on threads that a fork loses. */
export const FORK_SAFE_FLAGS: readonly string[] = Object.freeze(['--single-threaded', '--v8-pool-size=0']);

/** Whether this process can be forked. */
export type ForkSafety = { readonly safe: true } | { readonly safe: false; readonly reason: string };

// A forked child inherits what its server was started with, and hides the flags from what it starts itself.
const key: unique symbol = Symbol.for('mp.native.forkSafe') as never;

/** Notes, in a child, that its memory is a copy of a process that was started fork-safe. */
export function noteForkSafe(): void {
  Object.defineProperty(process, key, { value: true, configurable: true });
}

/**
 * Whether this process can be forked, as far as that is settled at its start, and why not.
 *
 * @example
 * const safety = isForkSafe();
 * if (!safety.safe) console.error(safety.reason);
 * // this process was not started fork-safe; start it with `node --single-threaded --v8-pool-size=0`
 */
export function isForkSafe(): ForkSafety {
  const support = nativeSupport();
  if (!support.available) return { safe: false, reason: support.reason };
  if (!isMainThread)
    return { safe: false, reason: 'this is a worker thread; a process can be forked by its main thread only' };
  if (startedForkSafe()) return { safe: true };
  const command = `node ${FORK_SAFE_FLAGS.join(' ')}`;
  return { safe: false, reason: `this process was not started fork-safe; start it with \`${command}\`` };
}

/** Whether this process is itself a copy: the threads that Node starts with are not in it. */
export function isForkedCopy(): boolean {
  return (process as { [key]?: boolean })[key] === true;
}

function startedForkSafe(): boolean {
  if (isForkedCopy()) return true;
  // V8 reads dashes and underscores alike.
  return process.execArgv.some((flag) => flag.replaceAll('_', '-') === '--single-threaded');
}
