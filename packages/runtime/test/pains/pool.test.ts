// What hangs, leaks or is lost in a pool of Python's `multiprocess`, each row under the number that it has in docs/pains.md.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorkerDiedError } from '@mp/runtime';
import { contexts, tasks } from '../support/contexts.js';

describe.each(contexts)('with %s workers', (_name, context, method) => {
  if (method !== 'thread')
    test('pain 1: the task of a worker that is killed fails with the signal, and the pool goes on', async () => {
      await using pool = new context.Pool(1);
      const folder = mkdtempSync(join(tmpdir(), 'mp-test-'));
      try {
        const file = join(folder, 'pid');
        const busy = pool.apply(tasks.writePidAndSpin, [file]);
        const pid = Number(await tasks.contentOf(file));
        process.kill(pid, 'SIGKILL');
        const error: unknown = await busy.catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(WorkerDiedError);
        expect(error).toMatchObject({ code: 'MP_WORKER_DIED', exitCode: -9, signal: 'SIGKILL', pid });
        expect(await pool.apply(tasks.square, [3])).toBe(9);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

  test('pain 2: an error that cannot be made again here fails its task alone, with its name, message and stack', async () => {
    await using pool = new context.Pool(1);
    const failing = pool.apply(tasks.throwWhatCannotBeRebuilt);
    const neighbour = pool.apply(tasks.square, [3]);
    const error = (await failing.catch((thrown: unknown) => thrown)) as Error;
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ name: 'RangeError', message: 'judged' });
    expect(error.stack).toMatch(/only-in-children\.mjs/);
    expect(await neighbour).toBe(9);
    expect(await pool.apply(tasks.square, [4])).toBe(16);
  });

  test('pain 15: imap takes no more inputs than the results that were taken allow', async () => {
    await using pool = new context.Pool(2);
    let taken = 0;
    function* inputs() {
      for (;;) yield taken++;
    }
    const results = pool.imap(tasks.square, inputs(), { chunkSize: 1, bufferSize: 8 });
    expect(await results.next()).toEqual({ done: false, value: 0 });
    // All that are under way are done, so that nothing but the buffer holds the input back.
    while (pool.stats().pending > 0) await tasks.sleep(5);
    expect(taken).toBeLessThanOrEqual(9);
    await results.return();
  });

  test('pain 16: a task over its time fails, its worker is replaced, and its neighbour is left alone', async () => {
    await using pool = new context.Pool(2);
    await pool.broadcast(tasks.nothing);
    const neighbour = pool.apply(tasks.block, [400]);
    await expect(pool.apply(tasks.spin, [], { timeoutMs: 50 })).rejects.toMatchObject({ code: 'MP_TIMEOUT' });
    expect(await neighbour).toBe(400);
    expect(await Promise.all([pool.apply(tasks.square, [2]), pool.apply(tasks.square, [3])])).toEqual([4, 9]);
  });

  test('pain 19: a worker has a pool of its own', async () => {
    await using pool = new context.Pool(2);
    expect(
      await pool.map(
        tasks.squareInPool,
        [
          [1, 2],
          [3, 4],
        ],
        { chunkSize: 1 },
      ),
    ).toEqual([
      [1, 4],
      [9, 16],
    ]);
  });

  test('pain 24: an initializer that fails makes no storm of workers, and fails what is asked of the pool', async () => {
    await using pool = new context.Pool({ processes: 2, initializer: tasks.failToInitialize });
    await expect(pool.apply(tasks.square, [1])).rejects.toMatchObject({ code: 'MP_INITIALIZER' });
    expect(pool.stats().started).toBeLessThanOrEqual(2);
  });

  test('pain 24: a callback that throws is a warning, and all other results arrive', async () => {
    await using pool = new context.Pool(1);
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const throwing = pool.apply(tasks.square, [1], {
      callback: () => {
        throw new Error('the callback failed');
      },
    });
    const others = pool.map(tasks.square, [2, 3, 4]);
    expect(await throwing).toBe(1);
    expect(await others).toEqual([4, 9, 16]);
    expect(await warned).toMatchObject({ message: 'the callback failed' });
  });

  test('with failFast, map ends at the first error and leaves the rest undone', async () => {
    await using pool = new context.Pool(1);
    const folder = mkdtempSync(join(tmpdir(), 'mp-test-'));
    try {
      const file = join(folder, 'marks');
      const items: [string, number][] = Array.from({ length: 50 }, (_, i) => [file, i]);
      await expect(pool.starmap(tasks.markAndFailAt, items, { chunkSize: 1, failFast: true })).rejects.toThrow('bad');
      expect(readFileSync(file, 'utf8').trim().split('\n').length).toBeLessThan(50);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
