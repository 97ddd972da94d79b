// Programs that are bundled together with the packages. The single executable and the other tools are in `npm run test:tools`.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { root } from '../workspace.mjs';

const exec = promisify(execFile);

async function runBundled(format, stdin) {
  const folder = mkdtempSync(join(tmpdir(), 'mp-bundled-'));
  try {
    const outfile = join(folder, format === 'esm' ? 'app.mjs' : 'app.cjs');
    await build({
      ...(stdin === undefined
        ? { entryPoints: [join(root, 'tools/user-tools/app.mjs')] }
        : { stdin: { contents: stdin, resolveDir: root } }),
      bundle: true,
      platform: 'node',
      format,
      outfile,
      logLevel: 'silent',
    });
    return await exec(process.execPath, [outfile], { cwd: folder, timeout: 60_000 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test.each(['esm', 'cjs'])(
  'a bundle in the format %s starts processes and workers with freezeSupport',
  async (format) => {
    const { stdout } = await runBundled(format);
    expect(stdout).toBe('[41,42]\nhello from greeter\nexit 0\n');
  },
);

test('a bundle starts threads with freezeSupport', async () => {
  const { stdout } = await runBundled(
    'esm',
    `import { freezeSupport, getContext } from '@mp/runtime';
    async function main() {
      const two = 2;
      const pool = new (getContext('thread').Pool)(1);
      console.log(await pool.apply((x) => x * two, [21]));
      pool.close();
      await pool.join();
    }
    if (!freezeSupport()) main();`,
  );
  expect(stdout).toBe('42\n');
});

test('a bundle without freezeSupport says what to do', async () => {
  const program = `import { Pool } from '@mp/runtime';\nnew Pool(1).apply(() => 1).catch((error) => console.log(error.code, error.message));`;
  const said = await runBundled('esm', program).then(
    ({ stdout }) => stdout,
    ({ stderr }) => stderr,
  );
  expect(said).toContain('MP_START');
  expect(said).toContain('freezeSupport');
});
