import { pathToFileURL } from 'node:url';
import { addon } from '../addon.js';
import { becomeProcess } from '../fork/identity.js';
import { noteForkedChild } from './forked-context.js';
import { decodeBody, type ForkRequest } from './protocol.js';

/**
 * Makes a fresh copy of the server what its client asked for, and runs its entry. Called once, in the child, from a
 * callback of the event loop.
 *
 * @param openStandardStreams - Gives `process.stdout` and the others back to Node, now that the files are right.
 */
export function runChild(body: Buffer, descriptors: number[], openStandardStreams: () => void): void {
  const request = decodeBody<ForkRequest>(body, descriptors);
  const native = addon();
  for (const target of [0, 1, 2]) {
    const fd = descriptors.shift() as number;
    native.duplicateTo(fd, target);
    native.close(fd);
  }
  openStandardStreams();
  replaceEnvironment(request.env);
  process.chdir(request.cwd);
  process.umask(request.umask);
  const { href, path } = toModule(request.entry);
  process.argv = [process.execPath, path, ...request.argv];
  process.execArgv = [...request.execArgv];
  if (request.title !== undefined) process.title = request.title;
  noteForkedChild({ channelFd: request.channel ? descriptors.shift() : undefined });
  becomeProcess();
  // A failure is an unhandled rejection, and ends the child as it does any program whose main module fails.
  void import(href);
}

function toModule(entry: string): { href: string; path: string } {
  if (entry.startsWith('file:')) return { href: entry, path: decodeURIComponent(new URL(entry).pathname) };
  return { href: entry.startsWith('/') ? pathToFileURL(entry).href : entry, path: entry };
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
