import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../workspace.mjs';

/** Arguments that make an example small. */
const ARGUMENTS = { 'measure-sources.mjs': ['60'] };

const readText = (path) => readFileSync(join(root, path), 'utf8');

const examples = readdirSync(join(root, 'examples')).filter((file) => file.endsWith('.mjs'));

function expectToRunWell(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: 60_000,
    cwd: root,
  });
  expect(stderr).toBe('');
  expect(stdout).not.toBe('');
  expect(status).toBe(0);
}

test.each(examples)('examples/%s runs and ends well', (file) => {
  expectToRunWell([join(root, 'examples', file), ...(ARGUMENTS[file] ?? [])]);
});

const programs = ['serialize', 'runtime', 'native'].flatMap((name) =>
  [...readText(`packages/${name}/README.md`).matchAll(/^```js\n(.*?)^```$/gms)].map(([, code], index) => [
    name,
    index + 1,
    code,
  ]),
);

test.each(programs)('the README of @mp/%s, program %i, runs and ends well', (name, _, code) => {
  // In the package's folder, where its own name and those of its dependencies are found.
  const folder = mkdtempSync(join(root, 'packages', name, 'readme-'));
  try {
    writeFileSync(join(folder, 'program.mjs'), code);
    expectToRunWell([join(folder, 'program.mjs')]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the code of the README’s first example is the example that runs', () => {
  const readme = readText('README.md');
  const code = readText('examples/named-workers.mjs').split('\n').slice(1).join('\n').trim();
  expect(readme).toContain(code);
});
