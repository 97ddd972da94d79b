import { readdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { Lock, RLock, SharedMemory, SyncArena } from '@mp/native';
import fc from 'fast-check';
import { fixturePath } from '../support/fixtures.js';
import { start } from '../support/run.js';

// Real processes, on a machine that may be busy.
jest.setTimeout(60_000);

let count = 0;
const freshName = (): string => `lock-${process.pid}-${count++}`;

function withArena<T>(use: (arena: SyncArena, name: string) => T): T {
  const name = freshName();
  const arena = SyncArena.create({ name });
  const close = (): void => arena[Symbol.dispose]();
  const result = use(arena, name);
  if (result instanceof Promise) return result.finally(close) as T;
  close();
  return result;
}

describe('a lock', () => {
  test('is held by one at a time, of two flows of one process too', () =>
    withArena(async (arena) => {
      const lock = Lock.create(arena);
      const order: string[] = [];
      const flow = async (name: string): Promise<void> => {
        using hold = await lock.acquire();
        order.push(`${name} in`);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(`${name} out`);
        expect(hold.ownerDied).toBe(false);
      };
      await Promise.all(['a', 'b', 'c'].map(flow));
      for (let i = 0; i < 6; i += 2) expect(order[i]?.[0]).toBe(order[i + 1]?.[0]);
      expect(lock.locked).toBe(false);
    }));

  test('that is held is not taken by tryAcquire, and not within a time-out', () =>
    withArena(async (arena) => {
      const lock = Lock.create(arena);
      using _hold = lock.acquireSync();
      expect(lock.tryAcquire()).toBeUndefined();
      await expect(lock.acquire({ timeoutMs: 20 })).rejects.toMatchObject({ code: 'MP_TIMEOUT' });
      await expect(lock.acquire({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    }));

  test('that this thread holds is refused to a blocking wait, which could never end', () =>
    withArena((arena) => {
      const lock = Lock.create(arena);
      using _hold = lock.acquireSync();
      expect(() => lock.acquireSync()).toThrow(expect.objectContaining({ code: 'MP_DEADLOCK' }));
    }));

  test('is released once only', () =>
    withArena((arena) => {
      const lock = Lock.create(arena);
      const hold = lock.acquireSync();
      hold.release();
      expect(hold.held).toBe(false);
      expect(() => hold.release()).toThrow(expect.objectContaining({ code: 'MP_NOT_HELD' }));
    }));

  test('whose memory is closed fails, and so do those who wait for it', async () => {
    const arena = SyncArena.create();
    const lock = Lock.create(arena);
    lock.acquireSync();
    const waiting = lock.acquire();
    arena[Symbol.dispose]();
    await expect(waiting).rejects.toMatchObject({ code: 'MP_CLOSED' });
    expect(() => lock.tryAcquire()).toThrow(expect.objectContaining({ code: 'MP_CLOSED' }));
  });

  test('of a worker thread that was ended is given to the next one, who is told', () =>
    withArena(async (arena, name) => {
      const lock = Lock.create(arena);
      const worker = new Worker(fixturePath('lock-holder.mjs'), { workerData: name });
      await new Promise((resolve) => worker.once('message', resolve));
      const waiting = lock.acquire();
      await worker.terminate();
      const hold = await waiting;
      expect(hold.ownerDied).toBe(true);
      hold.release();
    }));

  test('that worker threads use leaves nothing open when they end', () =>
    withArena(async (arena, name) => {
      Lock.create(arena);
      const runWorker = async (): Promise<void> => {
        const worker = new Worker(fixturePath('lock-waiter.mjs'), { workerData: name });
        await new Promise((resolve) => worker.once('exit', resolve));
      };
      await runWorker();
      const before = readdirSync('/proc/self/fd').length;
      for (let i = 0; i < 5; i++) await runWorker();
      expect(readdirSync('/proc/self/fd').length).toBe(before);
    }));

  test('of a process that died is given to the next one, who is told; the one after is not', () =>
    withArena(async (arena, name) => {
      const lock = Lock.create(arena);
      using data = SharedMemory.create({ name: `${name}-data`, size: 64 });
      const worker = start('lock-worker.mjs', name, `${name}-data`, 'die', '1');
      expect((await worker.result).signal).toBe('SIGKILL');
      const hold = await lock.acquire();
      expect(hold.ownerDied).toBe(true);
      hold.release();
      using next = lock.acquireSync();
      expect(next.ownerDied).toBe(false);
      expect(data.closed).toBe(false);
    }));

  test(
    'is never held by two, whoever is killed and when, and never lost',
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({
              mode: fc.constantFrom('sync', 'async', 'die'),
              killAfterMs: fc.option(fc.integer({ min: 0, max: 60 })),
            }),
            {
              minLength: 2,
              maxLength: 3,
            },
          ),
          (plans) =>
            withArena(async (arena, name) => {
              const lock = Lock.create(arena);
              using memory = SharedMemory.create({ name: `${name}-data`, size: 64 });
              const data = new Int32Array(memory.buffer);
              const workers = plans.map(({ mode }) => start('lock-worker.mjs', name, `${name}-data`, mode, '300'));
              await Promise.all(
                workers.map(async ({ process, ready, result }, i) => {
                  const { killAfterMs } = plans[i] ?? {};
                  await ready;
                  if (typeof killAfterMs === 'number') setTimeout(() => process.kill('SIGKILL'), killAfterMs);
                  await result;
                }),
              );
              const hold = await lock.acquire({ timeoutMs: 5000 });
              hold.release();
              expect(data[2]).toBe(0);
              if (plans.every(({ mode, killAfterMs }) => mode !== 'die' && killAfterMs === null))
                expect(data[1]).toBe(300 * plans.length);
            }),
        ),
        { numRuns: 12 },
      ),
    60_000,
  );
});

describe('a reentrant lock', () => {
  test('is taken again by the flow that holds it, and by no other', () =>
    withArena(async (arena) => {
      const lock = RLock.create(arena);
      const [mine, other] = [{}, {}];
      await lock.acquire(mine);
      lock.acquireSync(mine);
      expect(lock.tryAcquire(mine)).toBe(true);
      expect(lock.depth).toBe(3);
      expect(lock.tryAcquire(other)).toBe(false);
      expect(() => lock.release(other)).toThrow(expect.objectContaining({ code: 'MP_NOT_HELD' }));
      for (let i = 0; i < 3; i++) lock.release(mine);
      expect(lock.tryAcquire(other)).toBe(true);
      lock.release(other);
    }));
});

describe('an arena', () => {
  test('has room for 1024 primitives, and uses room again', () => {
    const arena = SyncArena.create();
    const locks = Array.from({ length: 1024 }, () => Lock.create(arena));
    expect(() => Lock.create(arena)).toThrow('full');
    const [first] = locks;
    first?.destroy();
    expect(Lock.create(arena).handle.block).toBe(0);
    arena[Symbol.dispose]();
  });

  test('is not found in other memory, and a block holds what was put there', () => {
    using memory = SharedMemory.createAnonymous({ size: 200_000 });
    expect(() => SyncArena.attach(memory)).toThrow(expect.objectContaining({ code: 'MP_LAYOUT' }));
    using arena = SyncArena.create();
    expect(() => Lock.attach(arena, 0)).toThrow('holds no lock');
    expect(() => Lock.attach(arena, -1)).toThrow('holds no lock');
  });
});
