import { Barrier, BoundedSemaphore, Condition, Event, Lock, Semaphore, SyncArena } from '@mp/native';
import { run, start } from '../support/run.js';

// Real processes, on a machine that may be busy.
jest.setTimeout(60_000);

let arena: SyncArena;
let name: string;
let count = 0;

beforeEach(() => {
  name = `sync-${process.pid}-${count++}`;
  arena = SyncArena.create({ name });
});

afterEach(() => {
  arena[Symbol.dispose]();
});

describe('a semaphore', () => {
  test('has as many permits as were made and given back', async () => {
    const semaphore = Semaphore.create(arena, 2);
    await semaphore.acquire();
    semaphore.acquireSync();
    expect(semaphore.tryAcquire()).toBe(false);
    semaphore.release(3);
    expect(semaphore.value).toBe(3);
    await expect(Semaphore.create(arena, 0).acquire({ timeoutMs: 10 })).rejects.toMatchObject({ code: 'MP_TIMEOUT' });
  });

  test('wakes those who wait in another process', async () => {
    const semaphore = Semaphore.create(arena, 0);
    const peer = run('sync-peer.mjs', name, 'semaphore', '0');
    for (let i = 0; i < 3; i++) semaphore.release();
    expect((await peer).output).toBe('took three\n');
    expect(semaphore.value).toBe(0);
  });

  test('gives each permit to one of many flows', async () => {
    const semaphore = Semaphore.create(arena, 3);
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 30 }, async () => {
        await semaphore.acquire();
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside--;
        semaphore.release();
      }),
    );
    expect([most, semaphore.value]).toEqual([3, 3]);
  });

  test('that is bounded takes back no more than it gave', () => {
    const semaphore = BoundedSemaphore.create(arena, 1);
    expect(() => semaphore.release()).toThrow(expect.objectContaining({ code: 'MP_NOT_HELD' }));
    expect(() => Semaphore.attach(arena, semaphore.handle.block).release()).toThrow('at most 1');
    semaphore.acquireSync();
    semaphore.release();
    expect(semaphore.value).toBe(1);
  });

  test('cannot have an impossible number of permits', () => {
    for (const permits of [-1, 1.5, 2 ** 31]) expect(() => Semaphore.create(arena, permits)).toThrow('permits');
    expect(() => Semaphore.create(arena, 1).release(0)).toThrow('permits');
  });
});

describe('an event', () => {
  test.each(['event', 'eventSync'])(
    'that is set lets all go on who wait for it (%s in another process)',
    async (role) => {
      const event = Event.create(arena);
      const peers = [run('sync-peer.mjs', name, role, '0'), run('sync-peer.mjs', name, role, '0')];
      const here = event.wait();
      setTimeout(() => event.set(), 100);
      await here;
      for (const { output } of await Promise.all(peers)) expect(output).toBe('saw it\n');
    },
  );

  test('that is cleared is waited for again', async () => {
    const event = Event.create(arena);
    event.set();
    event.waitSync();
    event.clear();
    expect(event.isSet()).toBe(false);
    expect(() => event.waitSync({ timeoutMs: 5 })).toThrow(expect.objectContaining({ code: 'MP_TIMEOUT' }));
  });
});

describe('a condition', () => {
  test('lets as many go on as are notified, each with the lock', async () => {
    const lock = Lock.create(arena);
    const condition = Condition.create(arena, lock);
    const done: number[] = [];
    const waiters = [1, 2, 3].map(async (i) => {
      using hold = await condition.wait(await lock.acquire());
      expect(hold.held).toBe(true);
      done.push(i);
    });
    while (condition.waiting < 3) await new Promise((resolve) => setImmediate(resolve));
    const first = await lock.acquire();
    condition.notify(first, 2);
    expect(done).toEqual([]);
    first.release();
    while (done.length < 2) await new Promise((resolve) => setImmediate(resolve));
    const second = await lock.acquire();
    expect(done).toHaveLength(2);
    condition.notifyAll(second);
    second.release();
    await Promise.all(waiters);
    expect(lock.locked).toBe(false);
  });

  test('that nobody notifies gives up without the lock, and a later notification is not lost on it', async () => {
    const lock = Lock.create(arena);
    const condition = Condition.create(arena, lock);
    await expect(condition.wait(await lock.acquire(), { timeoutMs: 10 })).rejects.toMatchObject({ code: 'MP_TIMEOUT' });
    expect(lock.locked).toBe(false);
    using hold = await lock.acquire();
    condition.notify(hold);
    expect(() => condition.waitSync(hold, { timeoutMs: 10 })).toThrow(expect.objectContaining({ code: 'MP_TIMEOUT' }));
  });

  test('needs the lock', async () => {
    const lock = Lock.create(arena);
    const condition = Condition.create(arena, lock);
    const hold = await lock.acquire();
    hold.release();
    expect(() => condition.notify(hold)).toThrow(expect.objectContaining({ code: 'MP_NOT_HELD' }));
    await expect(condition.wait(hold)).rejects.toMatchObject({ code: 'MP_NOT_HELD' });
  });
});

describe('a barrier', () => {
  test('holds all back until the last one comes, round after round, over processes', async () => {
    const barrier = Barrier.create(arena, 3);
    const peers = [start('sync-peer.mjs', name, 'barrier', '0'), start('sync-peer.mjs', name, 'barrier', '0')];
    const mine: number[] = [];
    for (let i = 0; i < 20; i++) mine.push(await barrier.wait());
    const others = (await Promise.all(peers.map(({ result }) => result))).map(
      ({ output }) => JSON.parse(output) as number[],
    );
    for (let i = 0; i < 20; i++) expect([mine[i], others[0]?.[i], others[1]?.[i]].sort()).toEqual([0, 1, 2]);
    expect(barrier.waiting).toBe(0);
  });

  test('breaks for all when one gives up, until it is reset', async () => {
    const barrier = Barrier.create(arena, 3);
    const waiting = barrier.wait();
    await expect(barrier.wait({ timeoutMs: 10 })).rejects.toMatchObject({ code: 'MP_TIMEOUT' });
    await expect(waiting).rejects.toMatchObject({ code: 'MP_BROKEN_BARRIER' });
    expect(barrier.broken).toBe(true);
    await expect(barrier.wait()).rejects.toMatchObject({ code: 'MP_BROKEN_BARRIER' });
    barrier.reset();
    expect((await Promise.all([barrier.wait(), barrier.wait(), barrier.wait()])).sort()).toEqual([0, 1, 2]);
  });

  test('that is reset fails those who wait', async () => {
    const barrier = Barrier.create(arena, 2);
    const waiting = barrier.wait();
    barrier.reset();
    await expect(waiting).rejects.toMatchObject({ code: 'MP_BROKEN_BARRIER' });
    expect(barrier.broken).toBe(false);
  });
});
