import { cpuCount, getContext } from '@mp/runtime';
import { tasks } from '../support/contexts.js';

/** More than can be started before the turn in which the pool is made is over. */
const MANY = cpuCount() + 1;
const methods = ['spawn', 'thread'] as const;

describe.each(methods)('the turn in which a pool is made by %s', (method) => {
  const context = getContext(method);

  test('leaves a processor to this process; the workers that are left are started after it', async () => {
    await using pool = new context.Pool(MANY);
    expect(pool.stats().workers.length).toBe(Math.max(1, cpuCount() - 1));
    await new Promise(setImmediate);
    expect(pool.stats().workers.length).toBe(MANY);
  });

  test('may last longer than the first worker takes: a broadcast reaches them all', async () => {
    await using pool = new context.Pool(MANY);
    const told = pool.broadcast(tasks.nothing);
    for (const end = performance.now() + 500; performance.now() < end; );
    expect((await told).length).toBe(MANY);
  });

  test('may be the last of the pool: what was not started never is', async () => {
    const pool = new context.Pool(MANY);
    pool.terminate();
    await pool.join();
    expect(pool.stats().started).toBe(Math.max(1, cpuCount() - 1));
  });

  test('may be that of a pool which is closed at once: its tasks are done', async () => {
    const pool = new context.Pool(MANY);
    const results = Array.from({ length: 20 }, (_, i) => pool.apply(tasks.square, [i]));
    pool.close();
    expect(await Promise.all(results)).toEqual(results.map((_, i) => i * i));
    await pool.join();
  });
});
