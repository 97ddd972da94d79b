import { addon } from '../addon.js';
import { runAfterForkHooks } from './after-fork.js';
import { answerDebugSignal } from './debug-signal.js';
import { takeOverExit } from './exit.js';
import { repairRandomness } from './randomness.js';

/**
 * Makes a freshly forked child a process of its own: its id, its ways to end, its random numbers, and what others
 * have registered. In this order: a hook that fails must be able to end the child.
 */
export function becomeProcess(): void {
  // Node reads the id once, at its start. `process.ppid` is asked of the kernel each time.
  Object.defineProperty(process, 'pid', {
    value: addon().getProcessIds()[0],
    writable: false,
    enumerable: true,
    configurable: true,
  });
  takeOverExit();
  repairRandomness();
  answerDebugSignal();
  runAfterForkHooks();
}
