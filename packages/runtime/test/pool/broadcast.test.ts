import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { contexts, tasks } from '../support/contexts.js';

describe.each(contexts.filter(([name, , method]) => name === method))('a broadcast by %s that fails', (_, context) => {
  test('by killing workers fails its caller, and leaves their replacements alone', async () => {
    await using pool = new context.Pool(2);
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', note);
    await expect(pool.broadcast(tasks.exitWith, [3])).rejects.toMatchObject({ code: 'MP_WORKER_DIED' });
    expect(await pool.map(tasks.square, [1, 2, 3, 4], { chunkSize: 1 })).toEqual([1, 4, 9, 16]);
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    expect(pool.stats().died).toBeLessThanOrEqual(2);
  });

  test('only in a later worker is an event of that worker, and the pool goes on', async () => {
    await using pool = new context.Pool({ processes: 1, maxTasksPerChild: 2 });
    const events: unknown[] = [];
    const note = (event: unknown) => events.push(event);
    subscribe('mp.pool.worker', note);
    await pool.broadcast(tasks.failWithout, [await pool.apply(tasks.whoAmI)]);
    expect(await pool.map(tasks.square, [1, 2, 3], { chunkSize: 1 })).toEqual([1, 4, 9]);
    unsubscribe('mp.pool.worker', note);
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'error', error: expect.objectContaining({ message: 'bad' }) }),
    );
  });
});

describe.each(contexts)('a broadcast over %s workers', (_, context) => {
  test('is never called twice in one worker because another one is gone', async () => {
    await using pool = new context.Pool(2);
    await pool.broadcast(tasks.nothing, [], { alsoLater: false });
    const busy = new Promise<unknown>((onProgress) => {
      pool.apply(tasks.reportAndExitAfter, [300], { onProgress, errorCallback: () => {} });
    });
    await busy;
    // One worker ends before it comes to it, and the one in its place is called; the other one is called once.
    const called = await pool.broadcast(tasks.whoAmI, [], { alsoLater: false });
    expect(new Set(called).size).toBe(2);
    expect(await pool.apply(tasks.square, [2])).toBe(4);
  });

  test('reaches a worker that has had its share of tasks, before it leaves', async () => {
    await using pool = new context.Pool({ processes: 1, maxTasksPerChild: 2 });
    await pool.ready;
    const first = pool.apply(tasks.whoAmI);
    const second = pool.apply(tasks.sleep, [50]);
    const [called] = await pool.broadcast(tasks.whoAmI, [], { alsoLater: false });
    await second;
    expect(called).toBe(await first);
    expect(pool.stats().died).toBe(0);
  });
});
