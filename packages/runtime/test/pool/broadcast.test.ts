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
