import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { EOFError, getContext } from '@mp/runtime';
import { checkEntry } from '../../dist/launch/checks.js';
import { tasks } from '../support/contexts.js';
import { startMethods } from '../support/start-methods.js';

const run = promisify(execFile);

describe('a child that cannot be started fails at once, with the reason:', () => {
  test.each(startMethods.filter((method) => method !== 'thread'))(
    'its working directory does not exist (%s)',
    async (method) => {
      const context = getContext(method);
      const expected = { code: 'MP_START', message: expect.stringMatching(/"\/nowhere\/at all" \(option cwd\)/) };
      expect(() => new context.Pool({ processes: 1, cwd: '/nowhere/at all' })).toThrow(
        expect.objectContaining(expected),
      );
      const child = new context.Process({ target: tasks.nothing, cwd: '/nowhere/at all' });
      await expect(child.start()).rejects.toMatchObject(expected);
    },
  );

  test.each(startMethods.filter((method) => method !== 'thread'))(
    'and whoever waits for it at the other end of a pipe hears of it (%s)',
    async (method) => {
      const context = getContext(method);
      const [here, there] = context.Pipe();
      const child = new context.Process({ target: tasks.echoOn, args: [there], cwd: '/nowhere/at all' });
      await expect(child.start()).rejects.toMatchObject({ code: 'MP_START' });
      await expect(here.recv()).rejects.toBeInstanceOf(EOFError);
    },
  );

  test('a pool that starts workers later fails their tasks', async () => {
    await using pool = new (getContext('spawn').Pool)({ minProcesses: 0, maxProcesses: 1, cwd: '/nowhere' });
    await expect(pool.apply(tasks.square, [1])).rejects.toMatchObject({ code: 'MP_START' });
    await expect(pool.apply(tasks.square, [1])).rejects.toMatchObject({ code: 'MP_START' });
  });

  test('the program was bundled, and the first module of children is not beside it', () => {
    const bundle = pathToFileURL(join(tmpdir(), 'bundle', 'child', 'main.js')).href;
    expect(() => checkEntry(bundle)).toThrow(
      expect.objectContaining({
        code: 'MP_START',
        message: expect.stringMatching(/bundle.*external: \['@mp\/runtime'/s),
      }),
    );
  });

  test('the permission model forbids the progress file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mp-permission-'));
    try {
      const program = join(folder, 'program.mjs');
      const runtime = new URL('../../lib/index.js', import.meta.url).href;
      writeFileSync(program, `import { Pool } from ${JSON.stringify(runtime)};\nnew Pool(1);\n`);
      const major = Number(process.versions.node.split('.')[0]);
      const permission = major < 23 ? '--experimental-permission' : '--permission';
      const flags = [permission, '--allow-fs-read=*', '--allow-child-process', fileURLToPath(pathToFileURL(program))];
      await expect(run(process.execPath, flags, { timeout: 60_000 })).rejects.toMatchObject({
        stderr: expect.stringMatching(/progress file.*--permission.*--allow-fs-write=/s),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  if (process.platform === 'linux') {
    test('and it leaves no descriptor behind', () => {
      const descriptors = () => readdirSync('/proc/self/fd').length;
      const before = descriptors();
      const { Pool } = getContext('spawn');
      for (let i = 0; i < 10; i++)
        expect(() => new Pool({ processes: 1, execArgv: ['no\0flag'] })).toThrow(
          expect.objectContaining({ code: 'MP_START' }),
        );
      expect(descriptors()).toBe(before);
    });

    test('this process has no descriptors left, and can go on when it has some again', async () => {
      const program = fileURLToPath(new URL('../../test/fixtures/without-descriptors.mjs', import.meta.url));
      const shell = ['-c', 'ulimit -n 100 && exec "$0" "$@"', process.execPath, program];
      const { stdout } = await run('/bin/sh', shell, { timeout: 60_000 });
      const [refused, recovered] = stdout.trim().split('\n');
      const codes = JSON.parse(refused as string);
      expect(codes.length).toBeGreaterThan(0);
      for (const code of codes) expect(code).toBe('MP_START');
      expect(recovered).toBe('4');
    });

    test('threads have no descriptors left: their pool says what they died of', async () => {
      const program = fileURLToPath(new URL('../../test/fixtures/threads-without-descriptors.mjs', import.meta.url));
      const shell = ['-c', 'ulimit -n 60 && exec "$0" "$@"', process.execPath, program];
      const { stdout } = await run('/bin/sh', shell, { timeout: 60_000 });
      const { code, message, cause } = JSON.parse(stdout);
      expect(code).toBe('MP_FAILURE_STORM');
      // Which file it was that could not be opened depends on the version of Node, and so does the error's code.
      expect(message).toMatch(/It could not begin: .*(?:EMFILE|too many open files)/);
      expect(cause).toMatch(/EMFILE|too many open files/);
    });
  }
});
