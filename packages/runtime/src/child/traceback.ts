import { writeSync } from 'node:fs';
import { inspect } from 'node:util';
import { family } from '../platform/family.js';

/** Says on standard error what ended this process, as Python does, and ends it with exit code 1. */
export function exitByError(error: unknown): never {
  printError(`Process ${family().name}:`, error);
  process.exit(1);
}

/** Writes an error with its causes, at once: the process may end before a stream has written. */
export function printError(title: string, error: unknown): void {
  try {
    writeSync(2, `${title}\n${inspect(error)}\n`);
  } catch {
    // Standard error is closed, or full and not blocking: there is nobody to tell.
  }
}
