import { addon } from '../addon.js';
import { runAfterForkHooks } from './after-fork.js';
import { answerDebugSignal } from './debug-signal.js';
import { takeOverExit } from './exit.js';
import { repairRandomness } from './randomness.js';

/** What prepared a process for being copied; its children need not do it again. */
let prepared = false;

/**
 * Does in a process that will be forked what its children would all have to do first: their ways to end, and their
 * answer to the debugger's signal. Only for a process that does nothing but fork.
 */
export function prepareProcess(): void {
  takeOverExit();
  answerDebugSignal();
  prepared = true;
}

/**
 * Makes a freshly forked child a process of its own: its id, its ways to end, its random numbers, and what others
 * have registered. In this order: a hook that fails must be able to end the child.
 */
export function becomeProcess(): void {
  updateProcessId();
  if (!prepared) prepareProcess();
  repairRandomness();
  runAfterForkHooks();
}

/** Node reads the id once, at its start. `process.ppid` is asked of the kernel each time. */
export function updateProcessId(): void {
  const [value] = addon().getProcessIds();
  Object.defineProperty(process, 'pid', { value, writable: false, enumerable: true, configurable: true });
}
