import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const [major = 0] = process.versions.node.split('.').map(Number);
const permission = major < 23 ? '--experimental-permission' : '--permission';

describe('what the permission model forbids a program, it forbids its workers:', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mp-permission-'));
    mkdirSync(join(folder, 'open'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  // Flags as one word and as two, with another one that a worker must not get.
  const flags = (open: string) => [
    '--no-warnings',
    '--stack-size=900',
    '--allow-fs-read',
    '*',
    `--allow-fs-write=${open}`,
  ];

  test.each(['spawn', 'thread'])('a task writes where the program may, and nowhere else (%s)', async (method) => {
    const program = join(folder, 'program.mjs');
    const runtime = new URL('../../lib/index.js', import.meta.url).href;
    writeFileSync(
      program,
      `import { writeFileSync } from 'node:fs';
      import { getContext } from ${JSON.stringify(runtime)};
      const pool = new (getContext('${method}').Pool)(1);
      await pool.apply(writeFileSync, [${JSON.stringify(join(folder, 'open', 'file'))}, 'written']);
      const refused = await pool.apply(writeFileSync, [${JSON.stringify(join(folder, 'file'))}, 'written']).catch((error) => error);
      console.log(refused?.code);
      await pool.close();
      await pool.join();`,
    );
    const open = join(folder, 'open');
    const { stdout } = await run(
      process.execPath,
      [permission, ...flags(open), '--allow-worker', '--allow-child-process', program],
      { env: { ...process.env, TMPDIR: open, TEMP: open } },
    );
    expect(stdout.trim()).toBe('ERR_ACCESS_DENIED');
    expect(existsSync(join(folder, 'file'))).toBe(false);
    expect(readFileSync(join(open, 'file'), 'utf8')).toBe('written');
  });
});
