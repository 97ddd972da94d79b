import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { nativeSupport } from '@mp/native';

// Real processes, on a machine that may be busy.
jest.setTimeout(60_000);

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const exec = promisify(execFile);

/** A copy of the package as it is installed, without a binary. */
async function withCopy(use: (folder: string) => Promise<void>): Promise<void> {
  const parent = mkdtempSync(join(tmpdir(), 'mp-native-'));
  const folder = join(parent, 'node_modules', '@mp', 'native');
  try {
    for (const part of ['lib', 'addon', 'package.json', 'build.mjs', 'install.mjs'])
      cpSync(join(packageFolder, part), join(folder, part), { recursive: true });
    cpSync(join(packageFolder, 'node_modules', 'node-api-headers'), join(folder, 'node_modules', 'node-api-headers'), {
      recursive: true,
      dereference: true,
    });
    await use(folder);
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}

const ASK =
  'import { nativeSupport, ForkServer } from "@mp/native"; console.log(JSON.stringify(nativeSupport())); await ForkServer.start().catch((error) => console.log(error.code));';

async function ask(folder: string, ...flags: readonly string[]): Promise<string[]> {
  const { stdout } = await exec(process.execPath, [...flags, '--input-type=module', '-e', ASK], { cwd: folder });
  return stdout.trim().split('\n');
}

test('the addon is available here', () => {
  expect(nativeSupport()).toEqual({ available: true });
});

test(
  'without a binary the package loads, says what is missing, and fails with a typed error',
  () =>
    withCopy(async (folder) => {
      const [support, code] = await ask(folder);
      expect(JSON.parse(support as string)).toMatchObject({ available: false });
      expect(support).toContain('there is no binary for linux-');
      expect(code).toBe('MP_NATIVE_UNAVAILABLE');
    }),
  30_000,
);

test(
  'an installation without a binary builds one, and one without a compiler succeeds all the same',
  () =>
    withCopy(async (folder) => {
      const env = { ...process.env, CC: '/nowhere/cc' };
      const { stdout } = await exec(process.execPath, ['install.mjs'], { cwd: folder, env });
      expect(stdout).toContain('no C compiler');
      expect(existsSync(join(folder, 'prebuilds', `linux-${process.arch}`, 'mp-native.node'))).toBe(false);
      await exec(process.execPath, ['install.mjs'], { cwd: folder });
      const { stdout: answer } = await exec(
        process.execPath,
        ['-p', 'JSON.stringify(require("@mp/native").nativeSupport())'],
        { cwd: folder },
      );
      expect(answer.trim()).toBe('{"available":true}');
    }),
  60_000,
);

test('where addons are not allowed, the reason says so', async () => {
  const { stdout } = await exec(
    process.execPath,
    ['--no-addons', '-p', 'require("@mp/native").nativeSupport().reason'],
    {
      cwd: packageFolder,
    },
  );
  expect(stdout).toContain('does not allow addons');
});

test('the CommonJS twin finds the same binary', async () => {
  const { stdout } = await exec(process.execPath, ['-p', 'require("./lib/cjs/index.js").nativeSupport().available'], {
    cwd: packageFolder,
  });
  expect(stdout.trim()).toBe('true');
});
