import { contexts, tasks } from '../support/contexts.js';
import { describeCrashes } from '../support/crash-suite.js';

describeCrashes('spawn');

test('workers that cannot begin are given up, not started for ever', async () => {
  const [, context] = contexts[0] as (typeof contexts)[number];
  const pool = new context.Pool({ processes: 2, execArgv: ['--require', '/does/not/exist.cjs'], output: 'ignore' });
  await expect(pool.apply(tasks.square, [1])).rejects.toMatchObject({ code: 'MP_FAILURE_STORM' });
  expect(pool.stats().started).toBeLessThan(20);
  pool.terminate();
  await pool.join();
});

test('a worker that has done thousands of tasks and dies loses the one that it ran, and no other', async () => {
  const [, context] = contexts[0] as (typeof contexts)[number];
  await using pool = new context.Pool(1);
  // By now the worker records its progress in mapped memory, where it can.
  await Promise.all(Array.from({ length: 10_000 }, (_, i) => pool.apply(tasks.square, [i])));
  const before = Array.from({ length: 100 }, (_, i) => pool.apply(tasks.square, [i]));
  const dying = pool.apply(tasks.killSelf);
  const after = Array.from({ length: 100 }, (_, i) => pool.apply(tasks.square, [i]));
  await expect(dying).rejects.toMatchObject({ code: 'MP_WORKER_DIED', maybeStarted: false });
  const squares = Array.from({ length: 100 }, (_, i) => i * i);
  expect(await Promise.all(before)).toEqual(squares);
  expect(await Promise.all(after)).toEqual(squares);
});
