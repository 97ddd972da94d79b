import { contexts, tasks } from '../support/contexts.js';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

describe.each(contexts)('what a worker of a %s pool was given together', (_method, context) => {
  test('is answered as far as it was done before a task among it called process.exit()', async () => {
    await using pool = new context.Pool(1);
    // From now on the pool knows that these tasks are quick, and delivers many at once.
    await Promise.all(numbers(500).map((n) => pool.apply(tasks.squareOrExit, [n, -1])));
    const results = await Promise.allSettled(numbers(60).map((n) => pool.apply(tasks.squareOrExit, [n, 17])));
    for (const [n, result] of results.entries())
      if (n === 17) expect(result).toMatchObject({ reason: { code: 'MP_WORKER_DIED', exitCode: 7 } });
      else expect(result).toEqual({ status: 'fulfilled', value: n * n });
  });

  test('is not begun any more where it was cancelled behind a task that waits', async () => {
    await using pool = new context.Pool(1);
    await Promise.all(numbers(200).map(() => pool.apply(tasks.waitMaybe, [0])));
    await Promise.all(numbers(200).map((n) => pool.apply(tasks.mark, [n])));
    const before = await pool.apply(tasks.howManyMarks);
    const waiting = pool.apply(tasks.waitMaybe, [300]);
    const marking = numbers(5).map((n) => pool.apply(tasks.mark, [n]));
    await marking[0]?.wait(50);
    for (const result of marking.slice(1)) expect(result.cancel()).toBe(true);
    expect(await waiting).toBe(300);
    expect(await marking[0]).toBe(before + 1);
    await Promise.allSettled(marking);
    expect(await pool.apply(tasks.howManyMarks)).toBe(before + 1);
  });
});

test('workers that have something to do again and again are not idle', async () => {
  const [, context] = contexts[0] as (typeof contexts)[number];
  await using pool = new context.Pool({ minProcesses: 1, maxProcesses: 2, idleTimeoutMs: 600 });
  for (const end = performance.now() + 2000; performance.now() < end; ) {
    await Promise.all([pool.apply(tasks.block, [40]), pool.apply(tasks.block, [40])]);
    await tasks.sleep(40);
  }
  expect(pool.stats().started).toBe(2);
});
