import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { activeChildren, currentProcess, parentProcess, wait } from '@mp/runtime';
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

  test('runs its exit handlers', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mp-exit-handlers-'));
    const file = join(folder, 'handled');
    const child = new context.Process({ target: tasks.writeAtExit, args: [file] });
    await child.start();
    await child.join();
    expect(readFileSync(file, 'utf8')).toBe('handled');
    rmSync(folder, { recursive: true });
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
