import type { SharedMemory } from '@mp/native';
import { family } from '../platform/family.js';
import { requireNative } from './native.js';

let isWatching = false;

/**
 * Keeps memory for whoever is told of it now, even if this process lets go of it before that one has it.
 *
 * @returns The lease, for who attaches the memory to end.
 */
export function lease(memory: SharedMemory): number {
  // With the main process everybody ends who could come. Before @mp/native's own listener, which removes what is unused.
  if (!isWatching && family().parent === undefined) process.prependListener('exit', () => requireNative().endLeases());
  isWatching = true;
  return memory.lease();
}
