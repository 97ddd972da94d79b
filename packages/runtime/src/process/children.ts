import type { Child } from '../launch/launcher.js';
import { family } from '../platform/family.js';
import { onFork } from '../platform/forking.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { chainProblem } from './main-module.js';

/** What this process started and has not ended: processes, and workers of pools. */
export interface ActiveChild {
  readonly name: string;
  readonly pid: number | undefined;
  readonly daemon: boolean;
}

const living = new Map<ActiveChild, Child>();
let isGuarding = false;

// A copy of this process has none of its children, and no exit handler of its parent's.
onFork({
  afterFork: () => {
    living.clear();
    isGuarding = false;
  },
});

/** Takes a place for a new child, with its position in the tree. @throws ProcessError where none can be started now. */
export function nextIdentity(): number[] {
  const place = family();
  const problem = place.startProblem ?? chainProblem(place);
  if (problem !== undefined)
    throw new ProcessError(
      PROCESS_ERROR_CODES.startWhileImporting,
      `Process ${place.name} cannot start another process now: ${problem}.`,
    );
  place.childCount++;
  return [...place.identity, place.childCount];
}

/** Registers a child until it ends. It ends with this process at the latest. */
export function addChild(active: ActiveChild, child: Child): void {
  living.set(active, child);
  child.onExit(() => living.delete(active));
  if (isGuarding) return;
  isGuarding = true;
  process.once('exit', endChildren);
}

/** The children of this process that have not ended. */
export function livingChildren(): ActiveChild[] {
  return [...living.keys()];
}

/**
 * On the way out. A child that is not a daemon keeps this process alive, so whoever is left is a daemon, or we leave by
 * `process.exit` or an error: then nobody can wait for them.
 */
function endChildren(): void {
  for (const child of living.values()) {
    child.signal('SIGTERM');
    // One that ignores it sees the end of its channel, and the watchdog ends it if it does not look.
  }
}
