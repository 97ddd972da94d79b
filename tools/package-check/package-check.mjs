// Packs every package, installs the tarballs into an empty folder as a user would, and loads every entry point by `import`
// and `require`, in plain Node, in stock jest (CommonJS and ES modules) and in vitest.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { binary, packages, root, run, runTool } from '../workspace.mjs';
import { installPackages } from './install-packages.mjs';

const consumer = fileURLToPath(new URL('./consumer', import.meta.url));

/** @returns what is wrong, or undefined. */
export async function checkPackages() {
  const folder = await mkdtemp(join(tmpdir(), 'mp-packages-'));
  try {
    return (await checkManifests()) ?? (await install(folder)) ?? (await load(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function checkManifests() {
  for (const name of packages) {
    const path = join(root, 'packages', name);
    const publint = await runTool('publint', ['--strict', '--pack', 'npm', path], { capture: true });
    if (publint.code !== 0) return publint.output;
    // Resolution before `exports` existed (node10) is not served: it is older than every supported Node.
    // `register` is for `node --import` alone.
    const attw = ['--pack', path, '--profile', 'node16', '--exclude-entrypoints', 'register'];
    const types = await runTool('@arethetypeswrong/cli', attw, { command: 'attw', capture: true });
    if (types.code !== 0) return types.output;
  }
  return undefined;
}

async function install(folder) {
  await cp(consumer, folder, { recursive: true });
  return installPackages(folder);
}

async function load(folder) {
  const jest = [binary('jest'), '--rootDir', folder, '--config'];
  const trials = [
    ['import', ['load.mjs']],
    ['require', ['load.cjs']],
    ['stock jest, CommonJS', [...jest, '{"testMatch":["**/*.jest.cjs"],"transform":{}}']],
    [
      'stock jest, ES modules',
      [
        '--experimental-vm-modules',
        ...jest,
        '{"testMatch":["**/*.jest.mjs"],"moduleFileExtensions":["mjs","js","cjs","json"],"transform":{}}',
      ],
    ],
    ['vitest', [binary('vitest'), 'run', '--root', folder]],
  ];
  for (const [name, args] of trials) {
    const { code, output } = await run(process.execPath, args, { cwd: folder, capture: true });
    if (code !== 0) return `The installed packages do not load by ${name}:\n${output}`;
  }
  return undefined;
}
