import { readdirSync } from 'node:fs';
import { getContext } from '@mp/runtime';
import { tasks } from '../support/contexts.js';

const descriptors = () => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);

type AnyPool = { stats(): { workers: readonly { readonly pid: number | undefined; readonly state: string }[] } };

/** Kills any worker of the pool that is at work. */
function killOne(pool: AnyPool): void {
  const ready = pool.stats().workers.filter(({ state }) => state === 'ready');
  const victim = ready[Math.floor(Math.random() * ready.length)];
  if (victim?.pid !== undefined) process.kill(victim.pid, 'SIGKILL');
}

describe('while workers are killed at random', () => {
  test('with retries, every task is answered exactly once', async () => {
    const context = getContext('spawn');
    const before = descriptors();
    const pool = new context.Pool({ processes: 2, output: 'ignore' });
    await pool.ready;
    let answers = 0;
    const results = await Promise.all(
      Array.from({ length: 1500 }, (_, i) =>
        pool.apply(tasks.blockAndReturn, [i, i % 50 === 0 ? 20 : 0.2], { retries: 50 }).then((value) => {
          if (++answers % 200 === 100) killOne(pool);
          return value;
        }),
      ),
    );
    expect(results).toEqual(Array.from({ length: 1500 }, (_, i) => i));
    expect(answers).toBe(1500);
    expect(pool.stats().died).toBeGreaterThan(3);
    pool.terminate();
    await pool.join();
    expect(descriptors() - before).toBeLessThanOrEqual(2);
  }, 60_000);

  test('without retries, every task is answered or fails with its worker', async () => {
    const context = getContext('spawn');
    const pool = new context.Pool({ processes: 2, output: 'ignore' });
    await pool.ready;
    let answers = 0;
    const settled = await Promise.allSettled(
      Array.from({ length: 600 }, (_, i) =>
        pool.apply(tasks.blockAndReturn, [i, 1]).then((value) => {
          if (++answers % 150 === 75) killOne(pool);
          return value;
        }),
      ),
    );
    for (const [i, result] of settled.entries())
      if (result.status === 'fulfilled') expect(result.value).toBe(i);
      else expect(result.reason).toMatchObject({ code: 'MP_WORKER_DIED', maybeStarted: false });
    expect(settled.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(500);
    pool.terminate();
    await pool.join();
  }, 60_000);
});
