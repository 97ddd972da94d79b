import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { contexts, tasks } from '../support/contexts.js';
import { startMethods } from '../support/start-methods.js';

const fixture = (name: string) => fileURLToPath(new URL(`../../test/fixtures/${name}`, import.meta.url));
// A thread cannot be forked, and a process only where it was started for it.
const methods = startMethods.filter((method) => method !== 'fork');

describe.each(contexts)('a pool of %s workers', (_method, context) => {
  test('replaces a worker that is older than maxAgeMs, between its tasks, and loses nothing', async () => {
    await using pool = new context.Pool({ processes: 1, maxAgeMs: 200 });
    const first = await pool.apply(tasks.whoAmI);
    await pool.apply(tasks.block, [250]);
    const later = await Promise.all(Array.from({ length: 20 }, () => pool.apply(tasks.whoAmI)));
    expect(later).not.toContain(first);
    expect(pool.stats()).toMatchObject({ answered: 22, failed: 0, died: 0 });
    expect(pool.stats().recycled).toBeGreaterThanOrEqual(1);
  });

  test('counts a time limit from the start of the task, not from its submission', async () => {
    await using pool = new context.Pool(1);
    const before = pool.apply(tasks.block, [600]);
    expect(await pool.apply(tasks.square, [3], { timeoutMs: 500 })).toBe(9);
    await before;
  });
});

describe.each(methods.length === 0 ? (['spawn'] as const) : methods)('a pool of %s workers', (method) => {
  test.each([
    ['and ends it', true],
    ['and leaves it idle', false],
  ])('belongs to a worker thread of the program, which uses it %s and ends by itself', async (_how, ends) => {
    const thread = new Worker(fixture('pool-in-thread.mjs'), { workerData: { method, ends } });
    const left = once(thread, 'exit');
    const [message] = await once(thread, 'message');
    expect(message).toEqual({ squares: [1, 4, 9], death: { code: 'MP_WORKER_DIED', exitCode: 7 }, after: 16 });
    expect(await left).toEqual([0]);
  });

  test.each([
    ['when it is idle', 'idle'],
    ['with keepsAlive false, when it is busy', 'busy'],
  ])('does not keep its program alive %s, and leaves nothing behind', async (_when, state) => {
    const program = [fixture('leaves-pool.mjs'), method, state];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, program, { timeout: 60_000 });
    expect({ stdout, stderr }).toEqual({ stdout: '9\nover\n', stderr: '' });
  });
});
