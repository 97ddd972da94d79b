import { addon } from '../addon.js';
import { answerDebugSignal } from './debug-signal.js';
import { endWhenEmpty, takeOverExit } from './exit.js';
import { repairRandomness } from './randomness.js';

/** What was done already in this process, or in one of which it is a copy. */
interface Progress {
  prepared: boolean;
  supervised: boolean;
}

// On a registered symbol: whichever copy of this package did it.
const key: unique symbol = Symbol.for('mp.native.progress') as never;

function progress(): Progress {
  const holder = process as { [key]?: Progress };
  if (holder[key] === undefined)
    Object.defineProperty(process, key, { value: { prepared: false, supervised: false } satisfies Progress });
  return holder[key] as Progress;
}

/**
 * Does what every child would have to do first: the ways to end, the answer to the debugger's signal. A process that
 * does nothing but fork does it once for all of them.
 */
export function prepareProcess(): void {
  const done = progress();
  if (done.prepared) return;
  done.prepared = true;
  takeOverExit();
  answerDebugSignal();
}

/**
 * Makes a freshly forked child a process of its own: its id, its ways to end, its random numbers. What others have
 * registered comes after: a hook that fails must be able to end the child.
 */
export function becomeProcess(): void {
  updateProcessId();
  prepareProcess();
  const done = progress();
  if (!done.supervised) endWhenEmpty();
  done.supervised = true;
  repairRandomness();
}

/** Node reads the id once, at its start. `process.ppid` is asked of the kernel each time. */
export function updateProcessId(): void {
  const [value] = addon().getProcessIds();
  Object.defineProperty(process, 'pid', { value, writable: false, enumerable: true, configurable: true });
}
