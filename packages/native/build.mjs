// Builds the addon with the machine's C compiler. Node-API is stable across Node versions, so one binary serves all.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const sources = join(folder, 'addon');
const FLAGS = ['-std=gnu11', '-O2', '-g0', '-fPIC', '-shared', '-fvisibility=hidden', '-pthread', '-Wall', '-Wextra'];
// Threads of the addon outlive the worker thread that loaded it, with which Node would unload it.
FLAGS.push('-Wl,-z,nodelete');

/** Where the binary is looked for at run time; see src/addon.ts. */
const target = join(folder, 'prebuilds', `${process.platform}-${process.arch}`, 'mp-native.node');

/**
 * Compiles the addon, unless it is newer than its sources.
 *
 * @returns `undefined` on success, or in one line why there is no addon.
 */
export async function buildAddon() {
  if (process.platform !== 'linux') return `it needs Linux, and this is ${process.platform}`;
  const headers = findHeaders();
  if (headers === undefined) return 'the headers of Node-API are missing: install the package node-api-headers';
  const files = readdirSync(sources).map((name) => join(sources, name));
  if (isUpToDate([...files, fileURLToPath(import.meta.url)])) return undefined;
  mkdirSync(dirname(target), { recursive: true });
  // Under a name of its own until it is whole: another process may be loading the old one.
  const fresh = `${target}.${process.pid}`;
  const args = [...FLAGS, '-I', headers, ...files.filter((file) => file.endsWith('.c')), '-o', fresh];
  const compiler = process.env['CC'] || 'cc';
  const { error, status, stderr } = spawnSync(compiler, args, { encoding: 'utf8' });
  if (error !== undefined) return `no C compiler: ${compiler} could not be started (${error.code ?? error.message})`;
  if (status !== 0) {
    rmSync(fresh, { force: true });
    return `${compiler} failed: ${stderr.split('\n').find((line) => line.includes('error')) ?? `exit code ${status}`}`;
  }
  if (stderr !== '') console.error(stderr.trimEnd());
  renameSync(fresh, target);
  return undefined;
}

/** Whether there is a binary for this system: from a build, or from the package. */
export function hasBinary() {
  return modified(target) > 0;
}

/** The package node-api-headers, or what came with Node itself. */
function findHeaders() {
  const candidates = [join(dirname(process.execPath), '..', 'include', 'node')];
  try {
    candidates.unshift(createRequire(import.meta.url)('node-api-headers').include_dir);
  } catch {}
  return candidates.find((candidate) => modified(join(candidate, 'node_api.h')) > 0);
}

function isUpToDate(inputs) {
  const made = modified(target);
  return made > 0 && inputs.every((file) => modified(file) <= made);
}

function modified(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
