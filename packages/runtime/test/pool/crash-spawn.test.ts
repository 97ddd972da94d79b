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
