import { constants } from 'node:os';

/** The name of the signal behind a negative exit code: `-9` is `SIGKILL`. */
export function signalName(exitCode: number): string | undefined {
  if (exitCode >= 0) return undefined;
  return Object.entries(constants.signals).find(([, number]) => number === -exitCode)?.[0] ?? `signal ${-exitCode}`;
}

/** An exit code in words: `exit code 3`, `SIGKILL`. */
export function describeExit(exitCode: number): string {
  return signalName(exitCode) ?? `exit code ${exitCode}`;
}
