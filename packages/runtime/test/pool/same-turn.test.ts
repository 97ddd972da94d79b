import { contexts, tasks } from '../support/contexts.js';

// Calls of one turn of the event loop are taken in together, at its end: until then, too, they are there.
describe.each(contexts)('calls that a pool of %s workers has not taken in yet', (_method, context) => {
  const create = async () => {
    const pool = new context.Pool({ processes: 1 });
    // From now on the function is known, and calling it is the short way.
    await pool.apply(tasks.square, [1]);
    await pool.apply(tasks.block, [0]);
    return pool;
  };

  test('are counted', async () => {
    await using pool = await create();
    const calls = [1, 2, 3].map((n) => pool.apply(tasks.square, [n]));
    expect(pool.stats()).toMatchObject({ waiting: 3, pending: 3 });
    expect(await Promise.all(calls)).toEqual([1, 4, 9]);
    expect(pool.stats()).toMatchObject({ waiting: 0, pending: 0 });
  });

  test('begin in the order of the calls, whatever else was asked for some of them', async () => {
    await using pool = await create();
    const order: number[] = [];
    const note = (n: number) => () => void order.push(n);
    await Promise.all([
      pool.apply(tasks.square, [1]).then(note(1)),
      pool.apply(tasks.square, [2], { callback: () => {} }).then(note(2)),
      pool.apply(tasks.square, [3]).then(note(3)),
      pool.apply(tasks.square, [4], { priority: 1 }).then(note(4)),
    ]);
    expect(order).toEqual([4, 1, 2, 3]);
  });

  test('can be cancelled, and those beside them are done', async () => {
    await using pool = await create();
    const [first, second, third] = [1, 2, 3].map((n) => pool.apply(tasks.square, [n]));
    expect(second?.cancel()).toBe(true);
    expect([second?.ready(), second?.successful()]).toEqual([true, false]);
    await expect(second).rejects.toMatchObject({ code: 'MP_CANCELLED' });
    expect([await first, await third]).toEqual([1, 9]);
    expect(pool.stats()).toMatchObject({ cancelled: 1, pending: 0 });
  });

  test('are done when the pool is closed behind them', async () => {
    const pool = await create();
    const calls = [1, 2, 3].map((n) => pool.apply(tasks.square, [n]));
    pool.close();
    const late = pool.apply(tasks.square, [4]);
    await expect(late).rejects.toMatchObject({ code: 'MP_STATE' });
    expect(await Promise.all(calls)).toEqual([1, 4, 9]);
    await pool.join();
  });

  test('fail when the pool is terminated behind them', async () => {
    const pool = await create();
    const calls = [1, 2, 3].map((n) => pool.apply(tasks.block, [n]));
    pool.terminate();
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'MP_TERMINATED' });
    await pool.join();
  });

  test('have waited since they were made, not since they were taken in', async () => {
    await using pool = await create();
    const waited = () => pool.stats().waitTime.mean * pool.stats().waitTime.count;
    const before = waited();
    const call = pool.apply(tasks.square, [3]);
    tasks.block(60);
    expect(await call).toBe(9);
    expect(waited() - before).toBeGreaterThanOrEqual(59);
  });

  test('count for what may wait', async () => {
    await using pool = new context.Pool({ processes: 1, maxQueue: 2 });
    await pool.apply(tasks.square, [1]);
    const results = await Promise.allSettled([1, 2, 3].map((n) => pool.apply(tasks.square, [n])));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(results[2]).toMatchObject({ reason: { code: 'MP_OVERLOAD' } });
  });
});
