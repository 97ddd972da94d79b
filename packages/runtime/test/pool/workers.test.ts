import { getContext } from '@mp/runtime';
import { contexts, tasks } from '../support/contexts.js';

describe.each(contexts)('the workers of a pool by %s', (_method, context) => {
  const withPool = async (
    options: ConstructorParameters<typeof context.Pool>[0],
    use: (pool: InstanceType<typeof context.Pool>) => Promise<void>,
  ) => {
    const pool = new context.Pool(options);
    try {
      await use(pool);
    } finally {
      pool.terminate();
      await pool.join();
    }
  };

  test('the initializer runs in every worker before its first task', () =>
    withPool({ processes: 2, initializer: tasks.setState, initargs: ['ready'] }, async (pool) => {
      expect(await pool.map(tasks.getState, [1, 2, 3, 4], { chunkSize: 1 })).toEqual(Array(4).fill('ready'));
    }));

  test('an initializer that fails fails the pool, and everything that is asked of it', () =>
    withPool({ processes: 2, initializer: tasks.failToInitialize }, async (pool) => {
      const task = pool.apply(tasks.square, [1]);
      await expect(pool.ready).rejects.toMatchObject({ code: 'MP_INITIALIZER' });
      await expect(task).rejects.toMatchObject({ code: 'MP_INITIALIZER', cause: { message: 'cannot begin' } });
      await expect(pool.apply(tasks.square, [1])).rejects.toMatchObject({ code: 'MP_INITIALIZER' });
    }));

  test('broadcast reaches every worker, also one that is started later', () =>
    withPool({ processes: 2, maxTasksPerChild: 3 }, async (pool) => {
      expect(await pool.broadcast(tasks.setState, ['told'])).toEqual(['told', 'told']);
      expect(await pool.map(tasks.getState, Array(12).fill(0), { chunkSize: 1 })).toEqual(Array(12).fill('told'));
    }));

  test('tasks with the same affinity run in the same worker', () =>
    withPool(2, async (pool) => {
      await pool.broadcast(tasks.nothing);
      const a = await Promise.all(Array.from({ length: 20 }, () => pool.apply(tasks.whoAmI, [], { affinity: 'a' })));
      expect(new Set(a).size).toBe(1);
      const both = await Promise.all(
        Array.from({ length: 20 }, (_, i) => pool.apply(tasks.whoAmI, [], { affinity: i % 2 })),
      );
      expect(new Set(both).size).toBe(2);
    }));

  test('a task of higher priority overtakes those that wait', () =>
    withPool(1, async (pool) => {
      await pool.apply(tasks.nothing);
      const order: string[] = [];
      const first = pool.apply(tasks.block, [30]);
      const low = pool.apply(tasks.block, [1], { priority: -1 }).then(() => order.push('low'));
      const high = pool.apply(tasks.block, [1], { priority: 1 }).then(() => order.push('high'));
      await Promise.all([first, low, high]);
      expect(order).toEqual(['high', 'low']);
    }));

  test('concurrency lets tasks that wait overlap in one worker', () =>
    withPool({ processes: 1, concurrency: 10 }, async (pool) => {
      // None of them returns before all of them run.
      expect(await Promise.all(Array.from({ length: 10 }, () => pool.apply(tasks.meet, [10])))).toEqual(
        Array(10).fill(10),
      );
    }));

  test('maxTasksPerChild replaces workers, and loses nothing', () =>
    withPool({ processes: 1, maxTasksPerChild: 2 }, async (pool) => {
      const pids = await pool.map(tasks.whoAmI, Array(6).fill(0), { chunkSize: 1 });
      expect(new Set(pids).size).toBe(3);
    }));

  test('maxMemoryBytes replaces a worker that uses more', () =>
    withPool({ processes: 1, maxMemoryBytes: 1 }, async (pool) => {
      const first = await pool.apply(tasks.whoAmI);
      expect(await pool.apply(tasks.whoAmI)).not.toBe(first);
    }));

  test('a pool grows to its maximum under load and shrinks to its minimum when idle', () =>
    withPool({ minProcesses: 0, maxProcesses: 2, idleTimeoutMs: 50 }, async (pool) => {
      expect(pool.stats().workers).toHaveLength(0);
      await Promise.all([pool.apply(tasks.sleep, [50]), pool.apply(tasks.sleep, [50])]);
      expect(pool.stats().workers.length).toBeGreaterThan(0);
      while (pool.stats().workers.length > 0) await tasks.sleep(10);
      expect(await pool.apply(tasks.square, [2])).toBe(4);
    }));

  test('a full queue refuses tasks', () =>
    withPool({ processes: 1, maxQueue: 2 }, async (pool) => {
      await pool.apply(tasks.nothing);
      const results = Array.from({ length: 5 }, () => pool.apply(tasks.block, [20]));
      const settled = await Promise.allSettled(results);
      expect(settled.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
      for (const result of settled)
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'MP_OVERLOAD' });
    }));

  test('close finishes what was taken in, refuses the rest, and join waits for the workers', async () => {
    const pool = new context.Pool(2);
    const results = Array.from({ length: 10 }, (_, i) => pool.apply(tasks.squareLater, [i]));
    await expect(pool.join()).rejects.toMatchObject({ code: 'MP_STATE' });
    pool.close();
    pool.close();
    await expect(pool.apply(tasks.square, [1])).rejects.toMatchObject({ code: 'MP_STATE' });
    await pool.join();
    expect(await Promise.all(results)).toEqual([0, 1, 4, 9, 16, 25, 36, 49, 64, 81]);
    expect(pool.stats().workers).toHaveLength(0);
  });

  test('terminate fails what is not done, with ten thousand tasks waiting', async () => {
    const pool = new context.Pool(2);
    await pool.ready;
    const results = Array.from({ length: 10_000 }, () => pool.apply(tasks.sleep, [1000]));
    const settled = Promise.allSettled(results);
    pool.terminate();
    await pool.join();
    for (const result of await settled)
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'MP_TERMINATED' } });
  });

  test('stats tell what was done', () =>
    withPool(2, async (pool) => {
      await Promise.allSettled([pool.apply(tasks.square, [1]), pool.apply(tasks.fail)]);
      expect(pool.stats()).toMatchObject({ submitted: 2, answered: 2, failed: 1, pending: 0, waiting: 0 });
    }));
});

test.each([
  [{ processes: 0 }],
  [{ processes: 1.5 }],
  [{ minProcesses: 3, maxProcesses: 2 }],
  [{ maxTasksPerChild: 0 }],
  [{ initializer: 'x' as never }],
])('options that make no sense are refused: %p', (options) => {
  expect(() => new (getContext('spawn').Pool)(options)).toThrow(expect.objectContaining({ code: 'MP_ARGUMENT' }));
});
