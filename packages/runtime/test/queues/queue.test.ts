import { JoinableQueue, Queue, QueueEmpty, QueueFull, SimpleQueue } from '@mp/runtime';
import fc from 'fast-check';
import { QueueServer } from '../../dist/queues/queue-server.js';
import { contexts, tasks } from '../support/contexts.js';

describe('a queue inside one process', () => {
  test('gives items in the order in which they were put', async () => {
    const queue = new Queue<number>();
    for (const n of [1, 2, 3]) await queue.put(n);
    expect([await queue.qsize(), await queue.empty(), await queue.full()]).toEqual([3, false, false]);
    expect([await queue.get(), await queue.get(), await queue.get()]).toEqual([1, 2, 3]);
    expect(await queue.empty()).toBe(true);
  });

  test('reads an item when it is put, and gives a copy', async () => {
    const queue = new Queue<{ n: number }>();
    const item = { n: 1 };
    const putting = queue.put(item);
    item.n = 2;
    await putting;
    const got = await queue.get();
    expect(got).toEqual({ n: 1 });
    expect(got).not.toBe(item);
  });

  test('an item that cannot travel fails its put, and the queue goes on', async () => {
    const queue = new Queue();
    await expect(queue.put({ a: [tasks.suspended()] })).rejects.toMatchObject({ path: 'item.a[0]' });
    expect(await queue.qsize()).toBe(0);
    await queue.put(1);
    expect(await queue.get()).toBe(1);
  });

  test('with a size, put waits for room', async () => {
    const queue = new Queue<number>(1);
    await queue.put(1);
    expect(await queue.full()).toBe(true);
    await expect(queue.putNowait(2)).rejects.toBeInstanceOf(QueueFull);
    await expect(queue.put(2, { timeoutMs: 20 })).rejects.toBeInstanceOf(QueueFull);
    const waiting = queue.put(3);
    expect(await queue.get()).toBe(1);
    await waiting;
    expect(await queue.get()).toBe(3);
  });

  test('get waits for an item, as long as it may', async () => {
    const queue = new Queue<number>();
    await expect(queue.getNowait()).rejects.toBeInstanceOf(QueueEmpty);
    const started = performance.now();
    await expect(queue.get({ timeoutMs: 50 })).rejects.toBeInstanceOf(QueueEmpty);
    expect(performance.now() - started).toBeGreaterThan(45);
    const waiting = queue.get();
    await queue.put(7);
    expect(await waiting).toBe(7);
  });

  test('a get whose time is over takes no item', async () => {
    const queue = new Queue<number>();
    await queue.get({ timeoutMs: 5 }).catch(() => {});
    await queue.put(1);
    expect(await queue.qsize()).toBe(1);
  });

  test('can be closed for this process', async () => {
    const queue = new Queue();
    await expect(queue.joinThread()).rejects.toMatchObject({ code: 'MP_STATE' });
    queue.close();
    queue.close();
    await queue.joinThread();
    await expect(queue.put(1)).rejects.toMatchObject({ code: 'MP_CLOSED' });
    await expect(queue.get()).rejects.toMatchObject({ code: 'MP_CLOSED' });
  });

  test('a joinable queue knows when everything is done', async () => {
    const queue = new JoinableQueue<number>();
    await queue.join();
    await queue.put(1);
    await queue.put(2);
    let isDone = false;
    const joining = queue.join().then(() => {
      isDone = true;
    });
    await queue.get();
    await queue.taskDone();
    await queue.get();
    expect(isDone).toBe(false);
    await queue.taskDone();
    await joining;
    await expect(queue.taskDone()).rejects.toMatchObject({ code: 'MP_STATE' });
  });

  test('a simple queue puts and gets', async () => {
    const queue = new SimpleQueue<string>();
    await queue.put('a');
    expect(await queue.empty()).toBe(false);
    expect(await queue.get()).toBe('a');
    queue.close();
    queue.close();
  });

  test('a size that is no integer is refused', () => {
    expect(() => new Queue(1.5)).toThrow(expect.objectContaining({ code: 'MP_ARGUMENT' }));
  });
});

describe.each(contexts)('a queue between %s processes', (_name, context, method) => {
  const run = async (target: (...args: never[]) => unknown, ...args: unknown[]) => {
    const child = new context.Process({ target: target as never, args: args as never });
    await child.start();
    return child;
  };

  test('brings items from many producers to many consumers, each once', async () => {
    const queue = new context.Queue<number>(5);
    const results = new context.Queue<[number, string]>();
    const producers = await Promise.all(
      [0, 100].map((n) =>
        run(
          tasks.putAll,
          queue,
          Array.from({ length: 20 }, (_, i) => n + i),
        ),
      ),
    );
    const consumers = await Promise.all([
      run(tasks.takeAll, queue, 20, results),
      run(tasks.takeAll, queue, 20, results),
    ]);
    const got: number[] = [];
    for (let i = 0; i < 40; i++) got.push((await results.get())[0]);
    await Promise.all([...producers, ...consumers].map((process) => process.join()));
    expect(got.sort((a, b) => a - b)).toEqual([
      ...Array.from({ length: 20 }, (_, i) => i),
      ...Array.from({ length: 20 }, (_, i) => 100 + i),
    ]);
  });

  test('a producer that ends with unread items does not wait for anybody, and loses nothing', async () => {
    const queue = new context.Queue<{ i: number }>();
    const producer = await run(tasks.putAndLeave, queue, 500);
    await producer.join();
    expect(producer.exitCode).toBe(0);
    expect(await queue.qsize()).toBe(500);
    for (let i = 0; i < 500; i++) expect((await queue.get()).i).toBe(i);
  });

  // A thread cannot be killed.
  const testOfProcesses = method === 'thread' ? test.skip : test;
  testOfProcesses('has everything of a producer whose joinThread() resolved, also when it is killed then', async () => {
    const queue = new context.Queue<number>();
    const producer = await run(tasks.putJoinAndDie, queue, 2000);
    await producer.join();
    expect(producer.exitCode).toBe(-9);
    expect(await queue.qsize()).toBe(2000);
  });

  test('has what a producer put before it called process.exit()', async () => {
    const queue = new context.Queue<number>();
    const producer = await run(tasks.putAndExit, queue, 300);
    for (let i = 0; i < 300; i++) expect(await queue.get({ timeoutMs: 20_000 })).toBe(i);
    await producer.join();
    expect(producer.exitCode).toBe(0);
  });

  test.each(['putOne', 'putOneSoon'] as const)('has what a task put as soon as the task is done (%s)', async (put) => {
    const queue = new context.Queue<number>();
    const pool = new context.Pool(1);
    for (let i = 0; i < 100; i++) {
      await pool.apply(tasks[put] as never, [queue, i] as never);
      expect(await queue.qsize()).toBe(1);
      expect(await queue.getNowait()).toBe(i);
    }
    pool.terminate();
    await pool.join();
  });

  test('has what was put before another queue is told that the work is done', async () => {
    const [work, results] = [new context.JoinableQueue<number>(), new context.Queue<number>()];
    const worker = await run(tasks.moveAll, work, results);
    for (let round = 1; round <= 50; round++) {
      await work.put(round);
      await work.join();
      expect(await results.qsize()).toBe(round);
    }
    await work.put(-1);
    await worker.join();
  });

  test('takes items from a producer that never waits, as fast as they are put', async () => {
    const queue = new context.Queue<{ i: number }>();
    const producer = await run(tasks.putAndLeave, queue, 5000);
    for (let i = 0; i < 5000; i++) expect((await queue.get()).i).toBe(i);
    await producer.join();
  });

  test('can be waited on until all work is done', async () => {
    const queue = new context.JoinableQueue<number>();
    const results = new context.Queue<number>();
    const workers = await Promise.all([run(tasks.doAll, queue, results), run(tasks.doAll, queue, results)]);
    for (let i = 0; i < 10; i++) await queue.put(i);
    await queue.join();
    expect(await results.qsize()).toBe(10);
    await queue.put(-1);
    await queue.put(-1);
    await Promise.all(workers.map((worker) => worker.join()));
  });

  test('a consumer that is killed while it waits takes no item with it', async () => {
    const queue = new context.Queue<number>();
    const report = new context.Queue<string>();
    const consumer = await run(tasks.getForever, queue, report);
    await queue.put(1);
    expect(await report.get()).toBe('waits');
    consumer.kill();
    await consumer.join();
    await queue.put(2);
    expect(await queue.get({ timeoutMs: 5000 })).toBe(2);
  });

  test('can be an argument and a result of a pool, and an item of another queue', async () => {
    const pool = new context.Pool(1);
    const [outer, inner] = [new context.Queue(), new context.Queue()];
    await outer.put(inner);
    const back = await pool.apply(tasks.passOn as never, [outer] as never);
    expect(await inner.get()).toBe('found inside');
    await (back as typeof inner).put('by another way');
    expect(await inner.get()).toBe('by another way');
    pool.terminate();
    await pool.join();
  });
});

test('a queue neither loses nor doubles an item, whatever waits, comes, and goes', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('put' as const), n: fc.nat(9) }),
    fc.record({ do: fc.constant('get' as const), n: fc.nat(9) }),
    fc.record({ do: fc.constant('leave' as const), n: fc.nat(9) }),
    fc.record({ do: fc.constant('putBack' as const), n: fc.nat(9) }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 60 }), (maxSize, steps) => {
      const server = new QueueServer(maxSize);
      let next = 0;
      const accepted: number[] = [];
      const got: number[] = [];
      const withdraws: (() => void)[] = [];
      const item = (n: number) => ({ body: Uint8Array.of(n), buffers: [] });
      for (const { do: what, n } of steps) {
        if (what === 'put') {
          const value = next++;
          withdraws.push(server.put(item(value), () => accepted.push(value)));
        } else if (what === 'get') withdraws.push(server.get(({ body }) => got.push(body[0] as number)));
        else if (what === 'leave') withdraws[n % Math.max(1, withdraws.length)]?.();
        else if (got.length > 0) {
          const value = got.pop() as number;
          server.putBack(item(value));
        }
        expect(server.size).toBeLessThanOrEqual(maxSize + steps.length);
      }
      // Who has given up leaves nothing behind: a consumer may ask in vain for years.
      for (const withdraw of withdraws) withdraw();
      expect(server.waiters).toBe(0);
      // Nobody waits for room any more once everything is taken.
      for (let left = server.size; left > 0; left = server.size) server.get(({ body }) => got.push(body[0] as number));
      expect([...got].sort((a, b) => a - b)).toEqual([...accepted].sort((a, b) => a - b));
    }),
  );
});
