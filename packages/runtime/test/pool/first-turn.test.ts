import { cpuCount, getContext } from '@mp/runtime';
import { tasks } from '../support/contexts.js';

/** More than can be started before the turn in which the pool is made is over. */
const MANY = cpuCount() + 1;
/** What is started at once. */
const FIRST = Math.max(1, cpuCount() - 1);
const methods = ['spawn', 'thread'] as const;

/** Waits until a pool has so many workers. */
async function workersOf(pool: { stats(): { readonly workers: readonly unknown[] } }, count: number): Promise<void> {
  while (pool.stats().workers.length < count) await new Promise(setImmediate);
}

describe.each(methods)('the turn in which a pool is made by %s', (method) => {
  const context = getContext(method);

  test('leaves a processor to this process; where there are tasks for them, the others are started after it', async () => {
    await using pool = new context.Pool(MANY);
    const results = Array.from({ length: 2 * MANY }, (_, i) => pool.apply(tasks.square, [i]));
    expect(pool.stats().workers.length).toBe(FIRST);
    await new Promise(setImmediate);
    expect(pool.stats().workers.length).toBe(MANY);
    await Promise.all(results);
  });

  test('leaves the first worker alone with a single task; the others are started when it has begun', async () => {
    await using pool = new context.Pool(MANY);
    const result = pool.apply(tasks.square, [3]);
    await new Promise(setImmediate);
    expect(pool.stats().workers.length).toBe(FIRST);
    expect(await result).toBe(9);
    await workersOf(pool, MANY);
  });

  test('leaves the first worker alone where there is no task; the others are started when it is ready', async () => {
    await using pool = new context.Pool(MANY);
    await new Promise(setImmediate);
    expect(pool.stats().workers.length).toBe(FIRST);
    await pool.ready;
    expect(pool.stats().workers.length).toBe(MANY);
  });

  test('is not waited out by a broadcast', async () => {
    await using pool = new context.Pool(MANY);
    const result = pool.apply(tasks.square, [3]);
    expect((await pool.broadcast(tasks.nothing)).length).toBe(MANY);
    expect(await result).toBe(9);
  });

  test('is over when the first worker takes long', async () => {
    const released = new context.Event();
    await using pool = new context.Pool({ processes: MANY, initializer: () => released.wait() });
    await workersOf(pool, MANY);
    released.set();
    await pool.ready;
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
    expect(pool.stats().started).toBe(FIRST);
  });

  test('may be that of a pool which is closed at once: its tasks are done', async () => {
    const pool = new context.Pool(MANY);
    const results = Array.from({ length: 20 }, (_, i) => pool.apply(tasks.square, [i]));
    pool.close();
    expect(await Promise.all(results)).toEqual(results.map((_, i) => i * i));
    await pool.join();
  });
});
