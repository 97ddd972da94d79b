import { getContext } from '@mp/runtime';
import { tasks } from '../support/contexts.js';

describe('what a pool reports', () => {
  test('of a thread whose heap was full: the thread, the reason, and the option', async () => {
    await using pool = new (getContext('thread').Pool)({
      processes: 1,
      name: 'Reader',
      resourceLimits: { maxOldGenerationSizeMb: 16 },
      output: 'ignore',
    });
    const error: unknown = await pool.apply(tasks.fillMemory).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'MP_WORKER_DIED',
      message: expect.stringMatching(/^Worker thread Reader-\d+ died.*heap was full.*resourceLimits/),
      cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' },
    });
  });

  test('of a task that kills worker after worker: how many', async () => {
    await using pool = new (getContext('thread').Pool)(1);
    await expect(pool.apply(tasks.exitWith, [3], { retries: 1 })).rejects.toMatchObject({
      message: expect.stringContaining('2 workers died of this task'),
    });
  });

  test('of workers that did their share: they were recycled', async () => {
    await using pool = new (getContext('thread').Pool)({ processes: 1, maxTasksPerChild: 2 });
    await pool.map(tasks.square, [1, 2, 3, 4, 5], { chunkSize: 1 });
    expect(pool.stats()).toMatchObject({ recycled: 2, died: 0, killed: 0 });
  });
});
