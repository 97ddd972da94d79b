import { addon } from '../addon.js';
import { runAfterForkHooks } from './after-fork.js';
import { answerDebugSignal } from './debug-signal.js';
import { takeOverExit } from './exit.js';
import { repairRandomness } from './randomness.js';

// On a registered symbol: a child that forks again has all this already, whichever copy of this package did it.
const key: unique symbol = Symbol.for('mp.native.forkedProcess') as never;

/**
 * Makes a freshly forked child a process of its own: its id, its ways to end, its random numbers, and what others
 * have registered. In this order: a hook that fails must be able to end the child.
 */
export function becomeProcess(): void {
  updateProcessId();
  const holder = process as { [key]?: boolean };
  if (holder[key] !== true) {
    Object.defineProperty(process, key, { value: true });
    takeOverExit();
    answerDebugSignal();
  }
  repairRandomness();
  runAfterForkHooks();
}

/** Node reads the id once, at its start. `process.ppid` is asked of the kernel each time. */
export function updateProcessId(): void {
  const [value] = addon().getProcessIds();
  Object.defineProperty(process, 'pid', { value, writable: false, enumerable: true, configurable: true });
}
