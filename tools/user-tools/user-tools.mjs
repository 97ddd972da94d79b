// Runs small programs in the tools that users run theirs in: `npm run test:tools`. Needs packages that the tests do not.
import { copyFile, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../build/build.mjs';
import { installPackages } from '../package-check/install-packages.mjs';
import { run } from '../workspace.mjs';

const programs = fileURLToPath(new URL('.', import.meta.url));
const EXPECTED = '[41,42]\nhello from greeter\nexit 0\n';
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const [major, minor] = process.versions.node.split('.').map(Number);
const stripsTypes = major > 22 || (major === 22 && minor >= 18);

/** Each runs in a folder with the packages installed. @returns the command of the program. */
const trials = {
  'plain Node': async () => [process.execPath, 'app.mjs'],
  tsx: async () => [process.execPath, '--import', 'tsx', 'typed.ts'],
  ...(stripsTypes ? { 'type stripping': async () => [process.execPath, 'typed.ts'] } : {}),
  'a debugger attached': async () => [process.execPath, '--inspect=0', 'app.mjs'],
  'an esbuild bundle, ES module': async (folder) => [process.execPath, await bundle(folder, 'esm', 'app.mjs')],
  'an esbuild bundle, CommonJS': async (folder) => [process.execPath, await bundle(folder, 'cjs', 'app.cjs')],
  'a single executable': async (folder) => [await executable(folder)],
};

export async function testTools() {
  await build();
  const folder = await mkdtemp(join(tmpdir(), 'mp-tools-'));
  let failed = 0;
  try {
    const problem = await installPackages(folder, ['tsx@4', 'esbuild@0.28', 'postject@1.0.0-alpha.6']);
    if (problem !== undefined) throw new Error(problem);
    await cp(programs, folder, { recursive: true });
    for (const [name, prepare] of Object.entries(trials)) {
      const [command, ...args] = await prepare(folder);
      const { code, output } = await run(command, args, { cwd: folder, capture: true });
      const said = output.replace(/^(?:Debugger |For help).*\n/gm, '');
      const passes = code === 0 && said === EXPECTED;
      console.log(`${passes ? 'ok  ' : 'FAIL'} ${name}`);
      if (passes) continue;
      failed++;
      console.error(`exit code ${code}\n${output}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (failed > 0) process.exitCode = 1;
}

/** Into a folder of its own, where nothing of the packages is. */
async function bundle(folder, format, name) {
  const outfile = join(await mkdtemp(join(folder, 'bundle-')), name);
  await tool(
    join(folder, 'node_modules', '.bin', 'esbuild'),
    ['app.mjs', '--bundle', '--platform=node', `--format=${format}`, `--outfile=${outfile}`],
    folder,
  );
  return outfile;
}

/** https://nodejs.org/api/single-executable-applications.html */
async function executable(folder) {
  const main = await bundle(folder, 'cjs', 'app.cjs');
  const config = join(folder, 'sea.json');
  const blob = join(folder, 'app.blob');
  const program = join(folder, 'app');
  await writeFile(config, JSON.stringify({ main, output: blob, disableExperimentalSEAWarning: true }));
  await tool(process.execPath, ['--experimental-sea-config', config], folder);
  await copyFile(process.execPath, program);
  await tool(
    process.execPath,
    [
      join(folder, 'node_modules', 'postject', 'dist', 'cli.js'),
      program,
      'NODE_SEA_BLOB',
      blob,
      '--sentinel-fuse',
      FUSE,
    ],
    folder,
  );
  return program;
}

async function tool(command, args, cwd) {
  const { code, output } = await run(command, args, { cwd, capture: true });
  if (code !== 0) throw new Error(`${command} failed:\n${output}`);
}
