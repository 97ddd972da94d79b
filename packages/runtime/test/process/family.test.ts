// What becomes of a family of processes when its main process ends, however it ends.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { tasks } from '../support/contexts.js';
import { startMethods } from '../support/start-methods.js';

const fixture = (name: string) => fileURLToPath(new URL(`../../test/fixtures/${name}`, import.meta.url));

/** Runs a script to its end. */
async function runScript(name: string, ...args: string[]) {
  const child = spawn(process.execPath, [...process.execArgv, fixture(name), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  );
  return { child, exit, stdout: child.stdout, stderr: child.stderr };
}

const isRunning = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const untilGone = async (pid: number) => {
  const started = performance.now();
  while (isRunning(pid)) {
    if (performance.now() - started > 3000) return false;
    await tasks.sleep(10);
  }
  return true;
};

test('a main module that a task imports does not start processes again: the task fails and says so', async () => {
  const { exit, stdout } = await runScript('imports-main.mjs');
  expect(await text(stdout)).toMatch(
    /^MP_START_WHILE_IMPORTING: .* a task imported the main module.*imports-main\.mjs,/,
  );
  expect(await exit).toEqual({ code: 0, signal: null });
});

describe('when the main process', () => {
  const processes = startMethods.filter((method) => method !== 'thread');
  test.each(
    processes.flatMap((method) => ['busy', 'idle', 'pool-busy', 'pool-idle'].map((state) => [method, state] as const)),
  )('is killed, a child by %s that is %s does not outlive it (pain 18)', async (method, state) => {
    const { child, exit, stdout } = await runScript('family.mjs', state, method);
    const pids: number[] = JSON.parse(await firstLine(stdout));
    expect(pids.every(isRunning)).toBe(true);
    child.kill('SIGKILL');
    await exit;
    expect(await Promise.all(pids.map(untilGone))).toEqual(pids.map(() => true));
  });

  test('ends while a process runs that is no daemon, it waits for it', async () => {
    const { exit, stdout } = await runScript('family.mjs', 'waits');
    expect(await text(stdout)).toBe('main is done\nchild is done\n');
    expect(await exit).toEqual({ code: 0, signal: null });
  });

  test('ends while a daemon runs that holds the other end of its pipe, the daemon is ended', async () => {
    const { exit, stdout } = await runScript('family.mjs', 'daemon');
    const pids: number[] = JSON.parse(await firstLine(stdout));
    expect(await exit).toEqual({ code: 0, signal: null });
    expect(await Promise.all(pids.map(untilGone))).toEqual([true]);
  });

  test.each(startMethods)(
    'is interrupted from the terminal, its family by %s ends with it and without noise (pain 17)',
    async (method) => {
      const child = spawn(process.execPath, [...process.execArgv, fixture('family.mjs'), 'pool-busy', method], {
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      const exit = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
      const noise = text(child.stderr);
      const pids: number[] = JSON.parse(await firstLine(child.stdout));
      process.kill(-(child.pid as number), 'SIGINT');
      expect(await exit).toBe('SIGINT');
      if (method === 'thread') return;
      expect(await Promise.all(pids.map(untilGone))).toEqual(pids.map(() => true));
      expect(await noise).toBe('');
    },
  );

  test('has an idle pool, it ends all the same', async () => {
    const { exit, stdout } = await runScript('family.mjs', 'pool-unused');
    const pids: number[] = JSON.parse(await firstLine(stdout));
    expect(await exit).toEqual({ code: 0, signal: null });
    expect(await Promise.all(pids.map(untilGone))).toEqual([true]);
  });

  test.each(['process', 'pool'])(
    'is asked for processes by a module that a child of a %s imports, the child says so',
    async (kind) => {
      const { exit, stderr } = await runScript('starts-on-import.mjs', kind);
      expect(await text(stderr)).toMatch(/MP_START_WHILE_IMPORTING/);
      expect(await exit).toEqual({ code: 0, signal: null });
    },
  );
});

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  let all = '';
  for await (const chunk of stream) {
    all += chunk;
    if (all.includes('\n')) break;
  }
  return all.split('\n')[0] as string;
}
