// Other Node versions, taken from npm packages. They live outside the workspace: their packages bring
// a `bin` named `node`, which would silently run the workspace's own scripts.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runNpm } from '../workspace.mjs';

const versions = JSON.parse(readFileSync(new URL('./versions.json', import.meta.url), 'utf8'));

/** The executable of a Node version named in `versions.json`, installed when it is not there yet. */
export async function nodeExecutable(name) {
  const version = versions[name];
  if (version === undefined)
    throw new Error(`No Node version is named ${name}; there are ${Object.keys(versions).join(', ')}.`);
  const packageName = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = join(root, '.cache', 'node', version);
  const executable = join(
    folder,
    'node_modules',
    packageName,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (!existsSync(executable)) await install(folder, `${packageName}@${version}`);
  return executable;
}

async function install(folder, specifier) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const { code, output } = await runNpm('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', specifier], {
    cwd: folder,
    capture: true,
  });
  if (code !== 0) throw new Error(`${specifier} could not be installed:\n${output}`);
}
