import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Copies, compiles and packs, on a machine that may be busy.
jest.setTimeout(120_000);

const source = fileURLToPath(new URL('../', import.meta.url));
const binary = join('prebuilds', `linux-${process.arch}`, 'mp-native.node');
const canBuild = process.platform === 'linux' && spawnSync(process.env['CC'] ?? 'cc', ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'mp-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

function execute(command: string, args: readonly string[], cwd: string, env: Record<string, string> = {}): string {
  const done = spawnSync(command, args, { cwd, env: { ...process.env, ...env }, encoding: 'utf8' });
  if (done.status === 0) return done.stdout;
  throw new Error(`${command} ${args.join(' ')} ended with ${done.status ?? done.signal}:\n${done.stderr}`);
}

/** The sources as they are published, and nothing that was built. */
function copySources(to: string): void {
  const parts = [
    'addon',
    'bin',
    'lib',
    'build.mjs',
    'install.mjs',
    'prebuild.mjs',
    'package.json',
    'README.md',
    'LICENSE',
  ];
  for (const part of parts) cpSync(join(source, part), join(to, part), { recursive: true });
}

/** What a program says that has the package of this folder. */
function load(packageFolder: string): unknown {
  const code = `import { nativeSupport, ForkServer } from ${JSON.stringify(join(packageFolder, 'lib/index.js'))};
    const support = nativeSupport();
    if (support.available) await (await ForkServer.start({ execArgv: [] })).terminate();
    console.log(JSON.stringify(support));`;
  return JSON.parse(execute(process.execPath, ['--input-type=module', '-e', code], folder));
}

(canBuild ? test : test.skip)('the packed package has the binary, and works where there is no compiler', () => {
  const from = join(folder, 'from');
  copySources(from);
  mkdirSync(join(from, 'node_modules'));
  symlinkSync(realpathSync(join(source, 'node_modules/node-api-headers')), join(from, 'node_modules/node-api-headers'));
  expect(execute(process.execPath, ['prebuild.mjs'], from)).toContain('mp-native.node');
  execute('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], from);
  const [archive] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  const to = join(folder, 'to');
  mkdirSync(to);
  execute('tar', ['-xzf', join(folder, archive as string), '-C', to], folder);
  const installed = join(to, 'package');
  expect(existsSync(join(installed, binary))).toBe(true);
  // What npm runs when the package is installed: it must be content with what is there.
  expect(execute(process.execPath, ['install.mjs'], installed, { CC: '/nonexistent' })).toBe('');
  expect(load(installed)).toEqual({ available: true });
});

test('without binary and compiler the installation succeeds, and the package says what is missing', () => {
  const bare = join(folder, 'bare');
  copySources(bare);
  mkdirSync(join(bare, 'node_modules'));
  symlinkSync(realpathSync(join(source, 'node_modules/node-api-headers')), join(bare, 'node_modules/node-api-headers'));
  const output = execute(process.execPath, ['install.mjs'], bare, { CC: '/nonexistent' });
  expect(output).toMatch(/^@mp\/native is not built \(.+\); everything that needs it says so\.\n$/);
  expect(load(bare)).toEqual({ available: false, reason: expect.stringMatching(/no binary|needs Linux/) });
});
