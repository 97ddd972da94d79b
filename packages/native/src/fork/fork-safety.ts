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

/** Whether this process was started with the flags that make it safe to fork, by command line. */
export function startedForkSafe(): boolean {
  return (process as { [key]?: boolean })[key] === true || process.execArgv.some(isSingleThreaded);
}

function isSingleThreaded(flag: string): boolean {
  // V8 reads dashes and underscores alike.
  return flag.replaceAll('_', '-') === '--single-threaded';
}
