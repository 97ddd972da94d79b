import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { JoinableQueue, Queue, TimeoutError } from '@mp/runtime';
import { contexts, tasks } from '../support/contexts.js';

describe('a wait for a queue', () => {
  test('fails when this process closes the queue', async () => {
    const queue = new Queue();
    const waiting = Promise.allSettled([queue.get(), queue.get()]);
    queue.close();
    for (const result of await waiting)
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'MP_CLOSED' } });
  });

  test('ends with the reason of its signal, and takes nothing', async () => {
    const queue = new Queue<number>(1);
    const controller = new AbortController();
    const { signal } = controller;
    const getting = queue.get({ signal });
    controller.abort(new RangeError('enough'));
    await expect(getting).rejects.toThrow('enough');
    await expect(queue.get({ signal })).rejects.toThrow('enough');
    await queue.put(1);
    await expect(queue.put(2, { signal })).rejects.toThrow('enough');
    expect(await queue.get()).toBe(1);
    expect(await queue.empty()).toBe(true);
  });

  test('takes nothing that is there already, where its signal was aborted before', async () => {
    const queue = new Queue<number>();
    await queue.put(1);
    await expect(queue.get({ signal: AbortSignal.abort(new RangeError('too late')) })).rejects.toThrow('too late');
    expect(await queue.get()).toBe(1);
  });

  test('for a joinable queue goes on after the queue is closed', async () => {
    const queue = new JoinableQueue<number>();
    await queue.put(1);
    const joining = queue.join();
    await queue.get();
    queue.close();
    await queue.taskDone();
    await joining;
  });

  test('until everything is done ends when its time is over, or by its signal, and can be begun again', async () => {
    const queue = new JoinableQueue<number>();
    await queue.put(1);
    await expect(queue.join({ timeoutMs: 5 })).rejects.toBeInstanceOf(TimeoutError);
    await expect(queue.join({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'MP_TIMEOUT' });
    const controller = new AbortController();
    const joining = queue.join({ signal: controller.signal });
    controller.abort(new RangeError('enough'));
    await expect(joining).rejects.toThrow('enough');
    await expect(queue.join({ signal: controller.signal })).rejects.toThrow('enough');
    const last = queue.join();
    await queue.taskDone();
    await last;
    await queue.join({ timeoutMs: 0 });
  });

  test.each(contexts)('until everything is done ends in another process, too: %s', async (_name, context) => {
    const queue = new context.JoinableQueue<number>();
    await queue.put(1);
    await using pool = new context.Pool(1);
    expect(await pool.apply(tasks.joinFor as never, [queue, 20] as never)).toBe('MP_TIMEOUT');
    const joining = pool.apply(tasks.joinFor as never, [queue, 60_000] as never);
    await queue.taskDone();
    expect(await joining).toBe('done');
  });

  test('does not keep a process alive when no other can end it', async () => {
    const program = fileURLToPath(new URL('../../test/fixtures/wait-for-local-queue.mjs', import.meta.url));
    // Node's exit code for a module whose top-level await was never settled.
    await expect(promisify(execFile)(process.execPath, [program], { timeout: 60_000 })).rejects.toMatchObject({
      code: 13,
    });
  });
});
