// Programs that were bundled together with this package: its children's first modules are not beside it, so that children
// begin with the program itself, which hands over to `freezeSupport`.
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isMainThread, workerData } from 'node:worker_threads';

/** The argument by which a program knows that it is a child. */
export const CHILD_FLAG = '--mp-child';

/** What a frozen program passes to its threads. */
export interface ThreadPlace {
  readonly mpChild: true;
  readonly port: import('node:worker_threads').MessagePort;
  readonly progress: SharedArrayBuffer | undefined;
}

interface Program {
  /** `undefined` in a single executable, which holds its program itself. */
  readonly file: string | undefined;
}

let program: Program | undefined;

/** The program with which children begin; `undefined` where they begin with a module of this package. */
export function frozenProgram(): Program | undefined {
  return program;
}

/**
 * Has children begin with this program, if a module of the package is not where it should be.
 *
 * @param entry - The URL of the module with which children begin otherwise.
 * @returns Whether that is so.
 */
export function freeze(entry: string): boolean {
  if (isSingleExecutable()) program = { file: undefined };
  else if (!existsSync(fileURLToPath(entry))) program = { file: process.argv[1] };
  return program !== undefined;
}

/** What this process or thread is given by the program that it is a child of; `undefined` where it is none. */
export function placeInFrozenProgram(): 'process' | ThreadPlace | undefined {
  if (!isMainThread) return (workerData as ThreadPlace | null)?.mpChild === true ? workerData : undefined;
  const at = process.argv.indexOf(CHILD_FLAG);
  if (at < 0) return undefined;
  process.argv.splice(at, 1);
  return 'process';
}

/** The module with which a thread of a frozen program begins. */
export function threadProgram({ file }: Program): URL | undefined {
  return file === undefined ? undefined : pathToFileURL(file);
}

/** Whether the program is a part of the executable. https://nodejs.org/api/single-executable-applications.html */
export function isSingleExecutable(): boolean {
  return (process.getBuiltinModule('node:sea') as { isSea(): boolean } | undefined)?.isSea() ?? false;
}
