import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { forkLauncher } from './fork.js';
import { forkserverLauncher } from './forkserver.js';
import type { Launcher, StartMethod } from './launcher.js';
import { spawnLauncher } from './spawn.js';
import { threadLauncher } from './thread.js';

const launchers = new Map<string, Launcher>(
  [spawnLauncher, threadLauncher, forkserverLauncher, forkLauncher].map((launcher) => [launcher.method, launcher]),
);

/** The start methods that can be used here, the default first. */
export function availableStartMethods(): StartMethod[] {
  return [...launchers.values()].filter(({ problem }) => problem === undefined).map(({ method }) => method);
}

/** @throws ProcessError where there is no such start method, or it cannot be used here. */
export function launcherFor(method: string): Launcher {
  const launcher = launchers.get(method);
  const problem = launcher === undefined ? 'is not known' : launcher.problem;
  if (launcher !== undefined && problem === undefined) return launcher;
  throw new ProcessError(
    PROCESS_ERROR_CODES.argument,
    `The start method ${JSON.stringify(method)} ${problem}. Available here: ${availableStartMethods().join(', ')}.`,
  );
}
