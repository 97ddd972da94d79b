import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AsyncResult, type StartMethod, WorkerDiedError } from '@mp/runtime';
import { contexts, tasks } from './contexts.js';

/** What becomes of a task whose worker dies, of one that runs beside it, and of four that wait; over each codec. */
export function describeCrashes(startMethod: StartMethod): void {
  describe.each(contexts.filter(([, , method]) => method === startMethod))(
    'when a %s worker',
    (_name, context, method) => {
      const outcome = async (
        attack: (pool: InstanceType<typeof context.Pool>) => AsyncResult<unknown>,
        options: ConstructorParameters<typeof context.Pool>[0] = {},
      ) => {
        const pool = new context.Pool({ processes: 2, ...(options as object) });
        try {
          await pool.broadcast(tasks.nothing);
          const victim = attack(pool);
          const sibling = pool.apply(tasks.squareLater, [3]);
          const waiting = [1, 2, 3, 4].map((n) => pool.apply(tasks.squareLater, [n]));
          const error: unknown = await victim.then(
            (value) => ({ value }),
            (thrown) => thrown,
          );
          expect(await sibling).toBe(9);
          expect(await Promise.all(waiting)).toEqual([1, 4, 9, 16]);
          // Capacity is back: two tasks run at the same time in two workers.
          const workers = await pool.broadcast(tasks.whoAmI);
          expect(workers.length).toBeGreaterThan(0);
          const both = await Promise.all([pool.apply(tasks.block, [300]), pool.apply(tasks.block, [300])]);
          expect(both).toEqual([300, 300]);
          return error;
        } finally {
          pool.terminate();
          await pool.join();
        }
      };

      test.each([[1], [0], [7]])('calls process.exit(%d), its task alone fails, with the exit code', async (code) => {
        const error = await outcome((pool) => pool.apply(tasks.exitWith, [code]));
        expect(error).toBeInstanceOf(WorkerDiedError);
        expect(error).toMatchObject({ code: 'MP_WORKER_DIED', exitCode: code, maybeStarted: false });
      });

      if (method !== 'thread')
        test('is killed, its task alone fails, with the signal and a hint', async () => {
          const error = await outcome((pool) => pool.apply(tasks.killSelf));
          expect(error).toMatchObject({ code: 'MP_WORKER_DIED', exitCode: -9, signal: 'SIGKILL' });
          expect((error as Error).message).toMatch(/out of memory/);
        });

      test('runs out of memory, its task alone fails', async () => {
        const error = await outcome((pool) => pool.apply(tasks.fillMemory), {
          resourceLimits: { maxOldGenerationSizeMb: 32 },
          output: 'ignore',
        });
        expect(error).toMatchObject({ code: 'MP_WORKER_DIED' });
      });

      test('loops for ever, the time limit ends it', async () => {
        const error = await outcome((pool) => pool.apply(tasks.spin, [], { timeoutMs: 200 }));
        expect(error).toMatchObject({ code: 'MP_TIMEOUT' });
      });

      test('loops for ever, an abort signal ends it', async () => {
        const controller = new AbortController();
        setTimeout(() => controller.abort(new Error('no longer wanted')), 200);
        const error = await outcome((pool) => pool.apply(tasks.spin, [], { signal: controller.signal }));
        expect(error).toMatchObject({ message: 'no longer wanted' });
      });

      test('has a task that listens, the abort reaches it and the worker lives on', async () => {
        const pool = new context.Pool(1);
        const worker = await pool.apply(tasks.whoAmI);
        let result: AsyncResult<unknown> | undefined;
        await new Promise((onProgress) => {
          result = pool.apply(tasks.waitForAbort, [], { onProgress });
        });
        expect(result?.cancel()).toBe(true);
        await expect(result).rejects.toMatchObject({ code: 'MP_CANCELLED' });
        expect(result?.cancel()).toBe(false);
        expect(await pool.apply(tasks.whoAmI)).toBe(worker);
        pool.terminate();
        await pool.join();
      });

      test('has an error outside of any task while it is busy, that task fails with the error as its cause', async () => {
        const pool = new context.Pool({ processes: 1, concurrency: 2, output: 'ignore' });
        await pool.apply(tasks.nothing);
        const busy = pool.apply(tasks.sleep, [2000]);
        await pool.apply(tasks.failLater);
        await expect(busy).rejects.toMatchObject({ code: 'MP_WORKER_DIED', cause: { message: 'stray' } });
        expect(await pool.apply(tasks.square, [2])).toBe(4);
        pool.terminate();
        await pool.join();
      });

      test('has an error outside of any task while it is idle, no task fails', async () => {
        const pool = new context.Pool({ processes: 1, output: 'ignore' });
        const exit = new Promise<void>((resolve) => {
          const note = (event: unknown) => {
            if ((event as { event: string }).event !== 'exit') return;
            unsubscribe('mp.pool.worker', note);
            resolve();
          };
          subscribe('mp.pool.worker', note);
        });
        await pool.apply(tasks.failLater);
        await exit;
        expect(await pool.apply(tasks.square, [2])).toBe(4);
        expect(pool.stats().died).toBe(1);
        pool.terminate();
        await pool.join();
      });

      test('dies in a batch of tiny tasks, exactly the task that had started fails and no task runs twice', async () => {
        const folder = mkdtempSync(join(tmpdir(), 'mp-test-'));
        const file = join(folder, 'marks');
        const pool = new context.Pool(2);
        try {
          // The pool learns that the tasks are short, and sends many at once.
          await Promise.all(Array.from({ length: 500 }, () => pool.apply(tasks.markAndMaybeDie, [file, -1, -2])));
          const deadly = method === 'thread' ? -1 : 100;
          const results = await Promise.allSettled(
            Array.from({ length: 300 }, (_, i) => pool.apply(tasks.markAndMaybeDie, [file, i, deadly])),
          );
          const failed = results.flatMap((result, i) => (result.status === 'rejected' ? [i] : []));
          const runs = readFileSync(file, 'utf8').trim().split('\n').map(Number);
          for (let i = 0; i < 300; i++) expect(runs.filter((item) => item === i)).toHaveLength(1);
          if (deadly > 0) {
            // Its own, and those that were done in the last half millisecond and whose results were not sent yet.
            expect(failed).toContain(deadly);
            for (const i of failed) expect(results[i]).toMatchObject({ reason: { code: 'MP_WORKER_DIED' } });
          } else expect(failed).toEqual([]);
        } finally {
          pool.terminate();
          await pool.join();
          rmSync(folder, { recursive: true });
        }
      });

      test('dies again and again under the same task, the task is given up after its retries', async () => {
        const pool = new context.Pool(2);
        await expect(pool.apply(tasks.exitWith, [5], { retries: 2 })).rejects.toMatchObject({
          code: 'MP_WORKER_DIED',
          message: expect.stringContaining('3 workers died of this task'),
        });
        expect(pool.stats()).toMatchObject({ retried: 2, died: 3 });
        pool.terminate();
        await pool.join();
      });
    },
  );
}
