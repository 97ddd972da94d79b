// Captures from what compilers make of a program, and from programs of well-known packages: `npm run test:compiled`.
// Needs packages that the tests do not.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../build/build.mjs';
import { installPackages } from '../package-check/install-packages.mjs';

const [major, minor] = process.versions.node.split('.').map(Number);
const PACKAGES = [
  '@babel/core@7',
  '@babel/preset-env@7',
  '@babel/preset-typescript@7',
  '@swc/core@1',
  'esbuild@0.28',
  'express@5',
  // What fastify 5 depends on asks for Node 22 (cookie 2).
  major < 22 ? 'fastify@4' : 'fastify@5',
  'istanbul-lib-instrument@6',
  'lodash@4',
  'tsx@4',
  'vitest@4',
  'webpack@5',
];
const programs = fileURLToPath(new URL('programs/', import.meta.url));
const jobs = fileURLToPath(new URL('../../packages/serialize/test/fixtures/compiled/', import.meta.url));
const flags = ['--no-warnings', '--enable-source-maps'];
const stripsTypes = major > 22 || (major === 22 && minor >= 18);

const EXPECTED = JSON.stringify(JSON.parse(await readFile(join(jobs, 'expected.json'), 'utf8')));

export async function testCompiled() {
  await build();
  const folder = await mkdtemp(join(tmpdir(), 'mp-compiled-'));
  try {
    const problem = await installPackages(folder, PACKAGES);
    if (problem !== undefined) throw new Error(problem);
    await cp(programs, folder, { recursive: true });
    await cp(jobs, folder, { recursive: true });
    await formsOf(folder);
    await packagesOf(folder);
    await report('vitest', folder, [join('node_modules', 'vitest', 'vitest.mjs'), 'run', '--root', 'vitest']);
    await report('a bundle of 5 MB', folder, ['large.mjs'], true);
    await report('a program with 5000 scripts', folder, ['many.mjs'], true);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One program, as each compiler writes it: packed in one process, used in another. */
async function formsOf(folder) {
  const names = (await node(folder, ['make.mjs'])).trim().split('\n');
  const loaded = [
    ...names.map((name) => [name, [], join('out', name)]),
    ['tsx', ['--import', 'tsx'], 'jobs.ts'],
    ...(stripsTypes ? [['type stripping', [], join('out', 'stripped.mts')]] : []),
  ];
  for (const [name, how, file] of loaded) {
    const packed = await attempt(folder, [...flags, ...how, 'pack.mjs', file]);
    // What is referred to by its module is loaded there the same way.
    const used = packed.ok ? await attempt(folder, [...flags, ...how, 'use.mjs'], packed.output) : packed;
    const [found] = used.ok ? JSON.parse(used.output) : [];
    say(name, JSON.stringify(found?.values) === EXPECTED, found?.error ?? JSON.stringify(found) ?? used.output);
  }
}

/** What a program has of a package: packed in one process, used in another. */
async function packagesOf(folder) {
  const packed = await node(folder, ['apps-pack.mjs']);
  const results = JSON.parse(await node(folder, ['apps-use.mjs'], packed));
  for (const [name, found, expected] of results) {
    say(
      name,
      JSON.stringify(found) === JSON.stringify(expected),
      `${JSON.stringify(found)}, not ${JSON.stringify(expected)}`,
    );
  }
}

async function report(name, folder, args, showsOutput = false) {
  const { ok, output } = await attempt(folder, args);
  say(name, ok, output);
  if (ok && showsOutput) console.log(output.trimEnd().replace(/^/gm, '       '));
}

function say(name, passes, otherwise) {
  console.log(`${passes ? 'ok  ' : 'FAIL'} ${name}`);
  if (passes) return;
  process.exitCode = 1;
  console.error(otherwise);
}

async function node(folder, args, input) {
  const { ok, output } = await attempt(folder, args, input);
  if (!ok) throw new Error(`${args.join(' ')} failed:\n${output}`);
  return output;
}

/** What it said where it failed; else what it printed. */
async function attempt(cwd, args, input = '') {
  const child = spawn(process.execPath, args, { cwd });
  let printed = '';
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    printed += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    said += chunk;
  });
  // One that ends early closes it; its exit code says so.
  child.stdin.on('error', () => {}).end(input);
  const [code] = await once(child, 'close');
  return code === 0 ? { ok: true, output: printed } : { ok: false, output: printed + said };
}
