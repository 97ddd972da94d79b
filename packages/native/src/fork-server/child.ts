import { fileURLToPath, pathToFileURL } from 'node:url';
import { addon } from '../addon.js';
import { runAfterForkHooks } from '../fork/after-fork.js';
import { noteForkedChild } from './forked-context.js';
import { decodeBody, type ForkRequest, isDetached } from './protocol.js';

/** What the server has loaded, by the specifiers under which it was told to. */
export type PreloadedModules = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** A request as it came, and as it was read. */
export interface ReadRequest {
  readonly body: Buffer;
  readonly request: ForkRequest;
}

/**
 * Makes a spare child like the one before it, while nobody waits: most requests differ in their descriptors only.
 *
 * @param body - The request for the child before.
 * @returns What {@link runChild} compares with its request; `undefined` where there is nothing to be done before it comes.
 */
export function expectRequest(body: Buffer): ReadRequest | undefined {
  if (isDetached(body)) return undefined;
  const request = decodeBody<ForkRequest>(body, []);
  // It would stay.
  if (request.title !== undefined) return undefined;
  try {
    adoptSurroundings(request);
  } catch {
    // Its directory is gone by now.
    return undefined;
  }
  return { body, request };
}

/**
 * Makes a child of the server, a process of its own already, what its client asked for, and runs its entry. Called once,
 * from a callback of the event loop.
 *
 * @param openStandardStreams - Gives `process.stdout` and the others back to Node, now that the files are right.
 * @param expected - What a spare child was made into while it waited.
 */
export function runChild(
  body: Buffer,
  descriptors: number[],
  preloaded: PreloadedModules,
  openStandardStreams: () => void,
  expected: ReadRequest | undefined,
): void {
  const isExpected = expected?.body.equals(body) === true;
  const request = isExpected ? expected.request : decodeBody<ForkRequest>(body, descriptors);
  replaceStandardFiles(descriptors);
  openStandardStreams();
  // Another directory may have the name by now.
  if (isExpected) process.chdir(request.cwd);
  else adoptSurroundings(request);
  const channelFd = request.channel ? descriptors.shift() : undefined;
  noteForkedChild({ channelFd, descriptors: [...descriptors] });
  runAfterForkHooks();
  runEntry(request, preloaded);
}

/** Takes the first three descriptors as standard input, output and error. */
function replaceStandardFiles(descriptors: number[]): void {
  const native = addon();
  for (const target of [0, 1, 2]) {
    const fd = descriptors.shift() as number;
    native.duplicateTo(fd, target);
    native.close(fd);
  }
}

/** Takes over environment, directory, mask and arguments. Also run in the server, on its own, to have it compiled. */
export function adoptSurroundings(request: ForkRequest): void {
  replaceEnvironment(request.env);
  process.chdir(request.cwd);
  process.umask(request.umask);
  const { entry } = request;
  process.argv = [process.execPath, entry.startsWith('file:') ? fileURLToPath(entry) : entry, ...request.argv];
  process.execArgv = [...request.execArgv];
  if (request.title !== undefined) process.title = request.title;
}

/** A failure ends the child as it ends any program whose main module fails. */
function runEntry({ entry, call }: ForkRequest, preloaded: PreloadedModules): void {
  const ready = preloaded.get(entry);
  // What is loaded already is called at once; the loader would take a millisecond to find that out.
  if (ready !== undefined && call !== undefined) {
    callExport(ready, entry, call);
    return;
  }
  const loading = import(entry.startsWith('/') ? pathToFileURL(entry).href : entry);
  void (call === undefined ? loading : loading.then((module) => callExport(module, entry, call)));
}

function callExport(module: Readonly<Record<string, unknown>>, entry: string, name: string): void {
  const callee = module[name];
  if (typeof callee !== 'function') throw new TypeError(`${entry} exports no function named ${name}.`);
  Reflect.apply(callee, undefined, []);
}

function replaceEnvironment(entries: readonly string[]): void {
  const before = process.env['TZ'];
  addon().replaceEnvironment(entries);
  const after = process.env['TZ'];
  if (before === after) return;
  // V8 keeps the time zone, and Node tells it of a change only when TZ is assigned.
  process.env['TZ'] = after ?? '';
  if (after === undefined) delete process.env['TZ'];
}
