import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { activeChildren, currentProcess, getAllStartMethods, parentProcess, wait } from '@mp/runtime';
import { contexts, tasks } from '../support/contexts.js';

describe.each(contexts)('a %s process', (_name, context, method) => {
  test('runs its target with its arguments, and ends with exit code 0', async () => {
    const process = new context.Process({ target: tasks.add, args: [1, 2] });
    expect(process.exitCode).toBeUndefined();
    expect(process.isAlive()).toBe(false);
    await process.start();
    expect(process.isAlive()).toBe(true);
    expect(activeChildren()).toContain(process);
    await process.join();
    expect(process.exitCode).toBe(0);
    expect(process.isAlive()).toBe(false);
    expect(activeChildren()).not.toContain(process);
  });

  test.each([
    ['returns', () => [tasks.nothing, []], 0],
    ['calls process.exit(3)', () => [tasks.exitWith, [3]], 3],
    ['throws', () => [tasks.fail, ['x']], 1],
    ['returns a promise that rejects', () => [tasks.failAsync, []], 1],
    ['fails outside of the target', () => [tasks.failLater, []], 1],
  ] as const)('ends with the right exit code when its target %s', async (_what, given, code) => {
    const [target, args] = given() as unknown as [() => void, []];
    const process = new context.Process({ target, args, output: 'ignore' });
    await process.start();
    await process.join();
    expect(process.exitCode).toBe(code);
  });

  test('goes on until nothing of it is left to do', async () => {
    const [here, there] = context.Pipe();
    const process = new context.Process({ target: tasks.sendLater, args: [there] });
    await process.start();
    expect(await here.recv()).toBe('later');
    await process.join();
    expect(process.exitCode).toBe(0);
  });

  test('is ended by terminate and kill, and the exit code says so', async () => {
    for (const [end, code] of [
      ['terminate', -15],
      ['kill', -9],
      ['interrupt', -2],
    ] as const) {
      const process = new context.Process({ target: tasks.spin });
      await process.start();
      await process.join(100);
      expect(process.isAlive()).toBe(true);
      process[end]();
      await process.join();
      expect(process.exitCode).toBe(code);
      process[end]();
    }
  });

  test('starts once', async () => {
    const process = new context.Process({ target: tasks.nothing });
    await process.start();
    await expect(process.start()).rejects.toMatchObject({ code: 'MP_STATE' });
    await process.join();
  });

  test('cannot be joined or ended before it was started', async () => {
    const process = new context.Process({ target: tasks.nothing });
    await expect(process.join()).rejects.toMatchObject({ code: 'MP_STATE' });
    expect(() => process.kill()).toThrow(expect.objectContaining({ code: 'MP_STATE' }));
    expect(() => process.sentinel).toThrow(expect.objectContaining({ code: 'MP_STATE' }));
  });

  test('can be closed when it has ended, and not used afterwards', async () => {
    const process = new context.Process({ target: tasks.sleep, args: [50] });
    await process.start();
    expect(() => process.close()).toThrow(expect.objectContaining({ code: 'MP_STATE' }));
    await process.join();
    process.close();
    process.close();
    expect(() => process.isAlive()).toThrow(expect.objectContaining({ code: 'MP_CLOSED' }));
    expect(() => process.exitCode).toThrow(expect.objectContaining({ code: 'MP_CLOSED' }));
  });

  test('has a name and knows its parent', async () => {
    const [here, there] = context.Pipe();
    const process = new context.Process({ target: tasks.sendNames, args: [there], name: 'worker bee' });
    await process.start();
    expect(await here.recv()).toEqual({ name: 'worker bee', parent: 'MainProcess', parentIsAlive: true });
    await process.join();
    expect(String(process)).toMatch(/<Process name="worker bee" pid=\d+ parent=\d+ stopped exitCode=0>/);
  });

  test('arguments that cannot travel fail the start, and no process is left', async () => {
    const process = new context.Process({ target: tasks.identity, args: [{ at: tasks.suspended() }] });
    await expect(process.start()).rejects.toMatchObject({ path: 'process.args[0].at' });
    expect(activeChildren()).toEqual([]);
  });

  test('options that make no sense are refused', () => {
    expect(() => new context.Process({ target: 5 as never })).toThrow(expect.objectContaining({ code: 'MP_ARGUMENT' }));
    expect(() => new context.Process({ target: tasks.nothing, args: 5 as never })).toThrow(
      expect.objectContaining({ code: 'MP_ARGUMENT' }),
    );
  });

  test('daemon can be chosen until it is started', async () => {
    const process = new context.Process({ target: tasks.nothing, daemon: true });
    expect(process.daemon).toBe(true);
    process.daemon = false;
    await process.start();
    expect(() => {
      process.daemon = true;
    }).toThrow(expect.objectContaining({ code: 'MP_STATE' }));
    await process.join();
  });

  test('becomes ready for wait when it ends', async () => {
    const process = new context.Process({ target: tasks.sleep, args: [30] });
    const waiting = wait([process], 10_000);
    await process.start();
    expect(await wait([process.sentinel], 0)).toEqual([]);
    expect(await waiting).toEqual([process]);
    await process.join();
  });

  test('await using ends it', async () => {
    const process = new context.Process({ target: tasks.spin });
    await process.start();
    await process[Symbol.asyncDispose]();
    expect(activeChildren()).toEqual([]);
  });

  test('can start processes itself', async () => {
    const [here, there] = context.Pipe();
    const process = new context.Process({ target: tasks.startAnother, args: [there, method] });
    await process.start();
    expect(await here.recv()).toMatchObject({ parent: expect.stringMatching(/^Process-\d+$/) });
    await process.join();
    expect(process.exitCode).toBe(0);
  });

  test('says on standard error what it died of, with the position in the source', async () => {
    const process = new context.Process({ target: tasks.fail, args: ['the reason'], output: 'pipe', name: 'unlucky' });
    await process.start();
    const said = method === 'thread' ? '' : await text(process.stderr as NonNullable<typeof process.stderr>);
    await process.join();
    if (method === 'thread') return;
    expect(said).toMatch(/^Process unlucky:\nTypeError: the reason\n.*tasks\.js:\d+/s);
  });
});

test('the main process is called so, and has no parent', () => {
  expect(currentProcess()).toMatchObject({ name: 'MainProcess', pid: process.pid, daemon: false });
  expect(currentProcess().isAlive()).toBe(true);
  expect(parentProcess()).toBeUndefined();
});

const fixture = (name: string) => fileURLToPath(new URL(`../../test/fixtures/${name}`, import.meta.url));

/** Runs a script to its end. */
async function runScript(name: string, ...args: string[]) {
  const child = spawn(process.execPath, [fixture(name), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
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

describe('when the main process', () => {
  const processes = getAllStartMethods().filter((method) => method !== 'thread');
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

  test('ends while a daemon runs, the daemon is ended', async () => {
    const { exit, stdout } = await runScript('family.mjs', 'daemon');
    const pids: number[] = JSON.parse(await firstLine(stdout));
    expect(await exit).toEqual({ code: 0, signal: null });
    expect(await Promise.all(pids.map(untilGone))).toEqual([true]);
  });

  test.each(getAllStartMethods())(
    'is interrupted from the terminal, its family by %s ends within a second and without noise (pain 17)',
    async (method) => {
      const child = spawn(process.execPath, [fixture('family.mjs'), 'pool-busy', method], {
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      const exit = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
      const noise = text(child.stderr);
      const pids: number[] = JSON.parse(await firstLine(child.stdout));
      const started = performance.now();
      process.kill(-(child.pid as number), 'SIGINT');
      expect(await exit).toBe('SIGINT');
      if (method === 'thread') return;
      expect(await Promise.all(pids.map(untilGone))).toEqual(pids.map(() => true));
      expect(performance.now() - started).toBeLessThan(2000);
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
