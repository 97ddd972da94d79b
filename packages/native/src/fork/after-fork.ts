/** What runs in a child right after it was forked; see {@link registerAfterFork}. */
export type AfterForkHook = () => void;

// On a registered symbol, so that copies of this package in one process share one list.
const key: unique symbol = Symbol.for('mp.native.afterFork') as never;

function hooks(): Set<AfterForkHook> {
  const holder = process as { [key]?: Set<AfterForkHook> };
  if (holder[key] === undefined) Object.defineProperty(process, key, { value: new Set() });
  return holder[key] as Set<AfterForkHook>;
}

/**
 * Registers what every child that is forked from this process must do first: forget what belongs to the parent alone,
 * such as a pool of random numbers or an open connection. Called in the child, in the order of registration, before
 * anything else of the child runs.
 *
 * An error in a hook ends the child.
 *
 * @returns A function that takes the registration back.
 * @example
 * registerAfterFork(() => { idPool.length = 0; });
 */
export function registerAfterFork(hook: AfterForkHook): () => void {
  hooks().add(hook);
  return () => void hooks().delete(hook);
}

/** Runs the hooks, in a child. */
export function runAfterForkHooks(): void {
  for (const hook of hooks()) hook();
}
