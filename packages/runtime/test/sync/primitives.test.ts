import { getEventListeners } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { structuredCloneCodec } from '@mp/codec/structured-clone';
import { type Context, getContext, importShared, type Lock, ProcessError, TimeoutError } from '@mp/runtime';
import { startMethods } from '../support/start-methods.js';

const tasks = await importShared<typeof import('../support/sync-tasks.js')>(
  new URL('../support/sync-tasks.js', import.meta.url),
);
const contexts: (readonly [string, Context, boolean])[] = startMethods.flatMap((method) =>
  [true, false].flatMap((native) => [
    [
      `${method}, ${native ? 'in shared memory' : 'kept by a process'}`,
      getContext({ method, native }),
      native,
    ] as const,
    [
      `${method}, ${native ? 'in shared memory' : 'kept by a process'}, structured clone`,
      getContext({ method, native, codec: structuredCloneCodec }),
      native,
    ] as const,
  ]),
);

describe.each(contexts)('over %s', (name, context, native) => {
  test('a lock lets one at a time do something, of several workers and flows', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mp-test-'));
    const path = join(folder, 'count');
    writeFileSync(path, '0');
    const lock = new context.Lock();
    await using pool = new context.Pool(2);
    await Promise.all([
      pool.apply(tasks.increment, [lock, { path }, 10]),
      pool.apply(tasks.increment, [lock, { path }, 10]),
      tasks.increment(lock, { path }, 5),
      tasks.increment(lock, { path }, 5),
    ]);
    expect(readFileSync(path, 'utf8')).toBe('30');
    rmSync(folder, { recursive: true });
  });

  test('a lock that is held is seen as held elsewhere, and comes back as the same object', async () => {
    const lock = new context.Lock();
    await using pool = new context.Pool(1);
    const hold = await lock.acquire();
    expect(await pool.apply(tasks.isLocked, [lock])).toBe(true);
    expect(await lock.tryAcquire()).toBeUndefined();
    await expect(lock.acquire({ timeoutMs: 20 })).rejects.toBeInstanceOf(TimeoutError);
    await hold.release();
    expect(() => hold.release()).toThrow(expect.objectContaining({ code: 'MP_NOT_HELD' }));
    expect(await pool.apply(tasks.isLocked, [lock])).toBe(false);
    const [first, second] = await pool.apply(tasks.give<Lock[]>, [[lock, lock]]);
    expect([first === lock, second === lock]).toEqual([true, true]);
    await (await lock.acquire({ timeoutMs: 0 })).release();
  });

  test('the lock of a process that dies goes to the next one, who is told', async () => {
    if (name.startsWith('thread')) return; // A thread cannot be killed alone.
    const lock = new context.Lock();
    const process = new context.Process({ target: tasks.takeAndDie, args: [lock] });
    await process.start();
    await process.join();
    const hold = await lock.acquire();
    expect(hold.ownerDied).toBe(true);
    await hold.release();
    const next = await lock.acquire();
    expect(next.ownerDied).toBe(false);
    await next.release();
  });

  test('a wait for a lock can be given up, and takes nothing then', async () => {
    const lock = new context.Lock();
    const taken = new context.Event();
    const hold = await lock.acquire();
    const controller = new AbortController();
    const waiting = lock.acquire({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await using pool = new context.Pool(1);
    const elsewhere = pool.apply(tasks.takeAndTell, [lock, taken]);
    await hold.release();
    await taken.wait();
    await elsewhere;
    expect(await lock.locked()).toBe(false);
  });

  test('a recursive lock is taken again by its flow, and not by another', async () => {
    const lock = new context.RLock();
    await using pool = new context.Pool(1);
    expect(await pool.apply(tasks.nest, [lock])).toBe(3);
    const [a, b] = [{}, {}];
    await lock.acquire({ flow: a });
    await lock.acquire({ flow: a });
    expect(await lock.tryAcquire({ flow: b })).toBe(false);
    await expect(lock.release({ flow: b })).rejects.toMatchObject({ code: 'MP_NOT_HELD' });
    await lock.release({ flow: a });
    expect(await lock.tryAcquire({ flow: b })).toBe(false);
    await lock.release({ flow: a });
    expect(await lock.tryAcquire({ flow: b })).toBe(true);
    await lock.release({ flow: b });
    await expect(lock.acquire()).rejects.toMatchObject({ code: 'MP_ARGUMENT' });
  });

  test('a function that runs while a recursive lock blocks is one flow with what it calls, and with nothing after it', async () => {
    if (!native) return;
    const lock = new context.RLock();
    const depths = lock.runExclusiveSync(() => {
      lock.acquireSync();
      const inner = lock.runExclusiveSync(() => lock.depth);
      return [inner, lock.depth];
    });
    // Taken once more than it was given back, by a flow that nobody can name any more.
    expect([depths, lock.depth]).toEqual([[3, 2], 1]);
    expect(() => lock.acquireSync()).toThrow(expect.objectContaining({ code: 'MP_ARGUMENT' }));

    const other = new context.RLock();
    const failing = () => {
      throw new RangeError('in the middle');
    };
    expect(() => other.runExclusiveSync(failing)).toThrow(RangeError);
    expect([other.depth, await other.locked()]).toEqual([0, false]);
    expect(() => other.acquireSync()).toThrow(expect.objectContaining({ code: 'MP_ARGUMENT' }));
  });

  test('a function that blocks within a flow of promises belongs to that flow, and what it begins does', async () => {
    if (!native) return;
    const lock = new context.RLock();
    await lock.runExclusive(async () => {
      const began = lock.runExclusiveSync(() => lock.runExclusive(() => lock.depth));
      expect(lock.depth).toBe(2);
      expect(await began).toBe(2);
    });
    expect([lock.depth, await lock.locked()]).toEqual([0, false]);
  });

  test('waits that share a signal are one listener of it, and all end by it', async () => {
    if (native) return;
    const event = new context.Event();
    const controller = new AbortController();
    const { signal } = controller;
    const waits = Array.from({ length: 20 }, () => event.wait({ signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    controller.abort(new RangeError('enough'));
    for (const wait of waits) await expect(wait).rejects.toThrow('enough');
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    await event.set();
    await event.wait({ signal: new AbortController().signal });
  });

  test('a semaphore counts permits that others give back', async () => {
    const event = new context.Event();
    const semaphore = new context.Semaphore(0);
    await using pool = new context.Pool(1);
    const releasing = pool.apply(tasks.releaseWhenSet, [event, semaphore]);
    expect(await semaphore.tryAcquire()).toBe(false);
    await expect(semaphore.acquire({ timeoutMs: 10 })).rejects.toMatchObject({ code: 'MP_TIMEOUT' });
    expect(await event.isSet()).toBe(false);
    await event.set();
    await Promise.all([semaphore.acquire(), semaphore.acquire(), releasing]);
    expect([await semaphore.getValue(), await event.isSet()]).toEqual([0, true]);
    await event.clear();
    await expect(event.wait({ timeoutMs: 10 })).rejects.toBeInstanceOf(TimeoutError);
  });

  test('a bounded semaphore refuses a permit that nobody took', async () => {
    const semaphore = new context.BoundedSemaphore(2);
    await expect(semaphore.release()).rejects.toMatchObject({ code: 'MP_NOT_HELD' });
    await semaphore.acquire();
    expect(await semaphore.runExclusive(() => semaphore.getValue())).toBe(0);
    await semaphore.release();
    expect(await semaphore.getValue()).toBe(2);
    expect(() => new context.BoundedSemaphore(0)).toThrow(ProcessError);
    expect(() => new context.Semaphore(1.5)).toThrow(expect.objectContaining({ code: 'MP_ARGUMENT' }));
  });

  test('a condition wakes those who wait for it, one at a time', async () => {
    const condition = new context.Condition();
    const jobs = new context.Queue<number>();
    const waiting = new context.Semaphore(0);
    await using pool = new context.Pool(2);
    const consumers = [0, 1].map(() => pool.apply(tasks.consume, [condition, jobs, waiting]));
    for (const job of [1, 2]) {
      await waiting.acquire();
      const hold = await condition.acquire();
      await jobs.put(job);
      await condition.notify();
      await hold.release();
    }
    expect((await Promise.all(consumers)).sort()).toEqual([1, 2]);
  });

  test('a wait for a condition that is given up holds the lock again', async () => {
    const condition = new context.Condition();
    await expect(condition.wait()).rejects.toMatchObject({ code: 'MP_NOT_HELD' });
    const hold = await condition.acquire();
    await expect(condition.wait({ timeoutMs: 10 })).rejects.toBeInstanceOf(TimeoutError);
    expect([hold.held, await condition.lock.locked()]).toEqual([true, true]);
    await hold.release();
    expect(await condition.lock.locked()).toBe(false);
  });

  test('a barrier holds everybody back until all have come, again and again', async () => {
    const barrier = new context.Barrier(3);
    await using pool = new context.Pool(2);
    for (let round = 0; round < 3; round++) {
      const places = [pool.apply(tasks.meet, [barrier]), pool.apply(tasks.meet, [barrier]), barrier.wait()];
      expect((await Promise.all(places)).sort()).toEqual([0, 1, 2]);
    }
    expect(await barrier.state()).toEqual({ parties: 3, waiting: 0, broken: false });
  });

  test('one who gives up breaks a barrier for all, until it is reset', async () => {
    const barrier = new context.Barrier(2);
    await expect(barrier.wait({ timeoutMs: 10 })).rejects.toBeInstanceOf(TimeoutError);
    await expect(barrier.wait()).rejects.toMatchObject({ code: 'MP_BROKEN_BARRIER' });
    await barrier.reset();
    const waiting = expect(barrier.wait()).rejects.toMatchObject({ code: 'MP_BROKEN_BARRIER' });
    await barrier.abort();
    await waiting;
  });

  test('what blocks its thread works in shared memory, and otherwise says what is missing', () => {
    const lock = new context.Lock();
    if (!native) {
      expect(() => lock.acquireSync()).toThrow(
        expect.objectContaining({ code: 'MP_NATIVE_UNAVAILABLE', message: expect.stringContaining('acquireSync') }),
      );
      return;
    }
    const hold = lock.acquireSync();
    expect(() => lock.acquireSync()).toThrow(expect.objectContaining({ code: 'MP_DEADLOCK' }));
    expect([lock.lockedSync(), lock.tryAcquireSync()]).toEqual([true, undefined]);
    void hold.release();
    const event = new context.Event();
    expect(() => event.waitSync({ timeoutMs: 1 })).toThrow(TimeoutError);
    event.setSync();
    event.waitSync();
    const semaphore = new context.Semaphore(1);
    semaphore.acquireSync();
    expect([semaphore.tryAcquireSync(), semaphore.getValueSync()]).toEqual([false, 0]);
    expect(new context.Barrier(1).waitSync()).toBe(0);
  });
});

test('a closure takes its lock along', async () => {
  const lock = new (getContext().Lock)();
  await using pool = new (getContext().Pool)(1);
  const hold = await lock.acquire();
  expect(await pool.apply(() => lock.locked())).toBe(true);
  await hold.release();
});

test('a lock outlives the process that made it, while it is on its way', async () => {
  const context = getContext();
  if (!contexts.some(([, , native]) => native)) return;
  const queue = new context.Queue<Lock>();
  const process = new context.Process({ target: tasks.putLock, args: [queue] });
  await process.start();
  await process.join();
  const lock = await queue.get();
  await lock.runExclusive(() => {});
});
