// What can be known to fail before a child is started: said at once, with its reason.
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';

const found = new Set<string>();

/**
 * Checks that the module with which a child begins is there. In a bundle it is not: children load modules of this package
 * by their paths, and the bundler has put this one into another file.
 *
 * @throws ProcessError with code `MP_START`.
 */
export function checkEntry(url: string): void {
  if (found.has(url)) return;
  const path = fileURLToPath(url);
  // Under the permission model, a file that may not be read seems not to exist.
  const permission = process.permission as NodeJS.ProcessPermission | undefined;
  if (!existsSync(path) && permission?.has('fs.read', path) !== false)
    throw new ProcessError(
      PROCESS_ERROR_CODES.start,
      `A child cannot be started: its first module, ${path}, does not exist. ` +
        'Most likely the program was bundled together with @mp/runtime, whose children load its modules by their paths. ' +
        'Begin the program with `if (!freezeSupport()) main();`, so that its children can begin with the program itself, ' +
        "or leave the packages out of the bundle, for esbuild by `external: ['@mp/runtime', '@mp/serialize', '@mp/codec', '@mp/native']`.",
    );
  found.add(url);
}

/**
 * Checks the working directory that was asked for: the system blames the executable for one that does not exist (`ENOENT`).
 *
 * @throws ProcessError with code `MP_START`.
 */
export function checkDirectory(cwd: string | URL | undefined): void {
  if (cwd === undefined || statSync(cwd, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new ProcessError(
    PROCESS_ERROR_CODES.start,
    `A process cannot be started in ${JSON.stringify(String(cwd))} (option cwd): there is no such directory.`,
  );
}

/** Does what Node's permission model may refuse. @throws ProcessError with code `MP_START` that names the flag. */
export function withPermission<T>(what: string, flag: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const isRefused = (error as { code?: unknown }).code === 'ERR_ACCESS_DENIED';
    const why = isRefused ? `Node runs with --permission and without ${flag}` : (error as Error).message;
    throw new ProcessError(PROCESS_ERROR_CODES.start, `${what}: ${why}.`, { cause: error });
  }
}
