import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../workspace.mjs';

/** Arguments that make an example small. */
const ARGUMENTS = { 'measure-sources.mjs': ['60'] };

const readText = (path) => readFileSync(join(root, path), 'utf8');

const examples = readdirSync(join(root, 'examples')).filter((file) => file.endsWith('.mjs'));

test.each(examples)('examples/%s runs and ends well', (file) => {
  const args = [join(root, 'examples', file), ...(ARGUMENTS[file] ?? [])];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: 60_000,
    cwd: root,
  });
  expect(stderr).toBe('');
  expect(stdout).not.toBe('');
  expect(status).toBe(0);
});

test('the code of the README’s first example is the example that runs', () => {
  const readme = readText('README.md');
  const code = readText('examples/named-workers.mjs').split('\n').slice(1).join('\n').trim();
  expect(readme).toContain(code);
});
