import { type PoolOptions, ProcessError, TimeoutError } from '@mp/runtime';
import { contexts, tasks } from '../support/contexts.js';

describe.each(contexts)('a pool of %s workers', (_method, context) => {
  // Starting a worker takes longer than most of these tests: those that need nothing special share one pool of each size.
  const shared = new Map<number, InstanceType<typeof context.Pool>>();
  afterAll(async () => {
    for (const pool of shared.values()) await pool[Symbol.asyncDispose]();
  });
  const withPool = async (
    options: number | PoolOptions,
    use: (pool: InstanceType<typeof context.Pool>) => Promise<void>,
  ) => {
    if (typeof options === 'number') {
      const pool = shared.get(options) ?? new context.Pool(options);
      shared.set(options, pool);
      return use(pool);
    }
    await using pool = new context.Pool(options);
    await use(pool);
  };

  test('apply calls a function with its arguments in a worker', () =>
    withPool(1, async (pool) => {
      expect(await pool.apply(tasks.add, [2, 3])).toBe(5);
      expect(await pool.apply(tasks.whoAmI)).not.toBe(tasks.whoAmI());
    }));

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['minus zero', -0],
    ['NaN', Number.NaN],
    ['a large integer', 2 ** 40],
    ['a negative integer', -1],
    ['a fraction', 0.1],
    ['the empty string', ''],
    ['a string', 'text'],
    ['a lone surrogate', '\u{1F600} and \ud800 alone'],
    ['a long string beyond ASCII', 'é'.repeat(100)],
    ['a boolean', true],
    ['a big integer', 10n],
    ['a nested object', { a: [1, { b: new Map([[1, new Date(5)]]) }] }],
    ['bytes', new Uint8Array([1, 2, 3])],
    ['many bytes', new Uint8Array(100_000).fill(7)],
  ])('a value arrives and comes back as it is: %s', (_name, value) =>
    withPool(1, async (pool) => {
      expect(await pool.apply(tasks.identity, [value])).toEqual(value);
    }),
  );

  test('arguments are read at the call, and later changes do not reach the worker', () =>
    withPool(1, async (pool) => {
      const bytes = new Uint8Array(1 << 17).fill(1);
      const object = { n: 1 };
      const results = [pool.apply(tasks.identity, [bytes]), pool.apply(tasks.identity, [object])];
      bytes.fill(2);
      object.n = 2;
      expect(((await results[0]) as Uint8Array).every((byte) => byte === 1)).toBe(true);
      expect(await results[1]).toEqual({ n: 1 });
    }));

  test('map gives the results in the order of the items', () =>
    withPool(2, async (pool) => {
      const items = Array.from({ length: 5000 }, (_, i) => i);
      expect(await pool.map(tasks.square, items)).toEqual(items.map((i) => i * i));
      expect(await pool.map(tasks.squareLater, [3, 2, 1])).toEqual([9, 4, 1]);
      expect(await pool.map(tasks.square, [])).toEqual([]);
      expect(await pool.map(tasks.square, new Set([1, 2]), { chunkSize: 7 })).toEqual([1, 4]);
    }));

  test('starmap spreads each item into arguments', () =>
    withPool(2, async (pool) => {
      expect(
        await pool.starmap(tasks.add, [
          [1, 2],
          [3, 4],
        ]),
      ).toEqual([3, 7]);
    }));

  test('imap yields in order, imapUnordered yields all', () =>
    withPool(2, async (pool) => {
      const ordered: number[] = [];
      for await (const value of pool.imap(tasks.squareLater, [1, 2, 3, 4, 5])) ordered.push(value);
      expect(ordered).toEqual([1, 4, 9, 16, 25]);
      const unordered: number[] = [];
      for await (const value of pool.imapUnordered(tasks.square, [5, 4, 3], { chunkSize: 2 })) unordered.push(value);
      expect(unordered.sort((a, b) => a - b)).toEqual([9, 16, 25]);
    }));

  test('an item that fails rejects its own next(), and the items after it can be taken', () =>
    withPool(1, async (pool) => {
      const results = pool.imap(tasks.fail as (text: string) => never, ['a', 'b'], { chunkSize: 1 });
      await expect(results.next()).rejects.toThrow('a');
      await expect(results.next()).rejects.toThrow('b');
      expect(await results.next()).toEqual({ done: true, value: undefined });
    }));

  test('an endless input is pulled only as far as results are taken', () =>
    withPool(1, async (pool) => {
      let pulled = 0;
      let isStopped = false;
      function* endless() {
        try {
          for (;;) yield pulled++;
        } finally {
          isStopped = true;
        }
      }
      const results = pool.imap(tasks.square, endless(), { bufferSize: 10 });
      expect(await results.next()).toEqual({ done: false, value: 0 });
      expect(await results.next()).toEqual({ done: false, value: 1 });
      expect(pulled).toBeLessThanOrEqual(12);
      await results.return();
      expect(isStopped).toBe(true);
    }));

  test('an asynchronous input is awaited', () =>
    withPool(2, async (pool) => {
      expect(await pool.map(tasks.square, tasks.count(10))).toEqual([0, 1, 4, 9, 16, 25, 36, 49, 64, 81]);
    }));

  test("an input's own error is the error of the call", () =>
    withPool(1, async (pool) => {
      function* broken() {
        yield 1;
        throw new Error('no more input');
      }
      await expect(pool.map(tasks.square, broken())).rejects.toThrow('no more input');
    }));

  test('map finishes all items and then fails with the first failed one', () =>
    withPool(2, async (pool) => {
      await expect(pool.map(tasks.fail as (text: string) => never, ['one', 'two'])).rejects.toThrow('one');
    }));

  test('with failFast, the first error ends the call', () =>
    withPool(1, async (pool) => {
      const started = performance.now();
      const mixed = pool.map(
        tasks.identity as (ms: number) => unknown,
        (function* () {
          yield 1;
          throw new Error('early');
        })(),
        { failFast: true },
      );
      await expect(mixed).rejects.toThrow('early');
      expect(performance.now() - started).toBeLessThan(5000);
    }));

  test('an error arrives with its class, message, own properties, cause chain and both stacks', () =>
    withPool(1, async (pool) => {
      const error = (await pool.apply(tasks.failRichly).catch((caught) => caught)) as Error & {
        code: string;
        details: unknown;
      };
      expect(error).toBeInstanceOf(Error);
      expect(error.message).toBe('outer');
      expect(error.code).toBe('E_CUSTOM');
      expect(error.details).toEqual({ tries: 3 });
      expect(error.cause).toBeInstanceOf(RangeError);
      expect((error.cause as Error).message).toBe('inner');
      expect((error.cause as Error).cause).toBe('the root');
      expect(error.stack).toMatch(/failRichly.*tasks\.js/s);
      expect(error.stack).toMatch(/called from\n.*pool\.test\.js/s);
    }));

  test('a built-in error keeps its class', () =>
    withPool(1, async (pool) => {
      await expect(pool.apply(tasks.fail, ['x'])).rejects.toThrow(TypeError);
    }));

  test('a thrown value that is no error arrives as it is', () =>
    withPool(1, async (pool) => {
      await expect(pool.apply(tasks.throwText)).rejects.toBe('just text');
    }));

  test('a property of an error that cannot travel is left out and named', () =>
    withPool(1, async (pool) => {
      const error = (await pool.apply(tasks.throwUncloneable).catch((caught) => caught)) as { omitted?: string[] };
      expect(error).toMatchObject({ message: 'has a socket', port: 80 });
      expect(error.omitted?.[0] ?? '').toMatch(/socket/);
    }));

  test('what is thrown may throw when it is looked at: its task fails, and no other', () =>
    withPool(1, async (pool) => {
      const results = await Promise.allSettled([pool.apply(tasks.throwHostile), pool.apply(tasks.square, [3])]);
      expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    }));

  test.each([
    ['fillReused', 1 << 16],
    ['fillReused', 1 << 20],
    ['fillReused', 1 << 15],
    ['fillReusedAtOnce', 1 << 20],
    ['fillReusedAtOnce', 1 << 15],
  ] as const)('a result is what it was when its task ended, whatever becomes of its memory: %s(%d)', (fill, length) =>
    withPool(1, async (pool) => {
      const values = Array.from({ length: 12 }, (_, i) => i + 1);
      const task: (value: number, bytes: number) => Uint8Array | Promise<Uint8Array> = tasks[fill];
      const results = await Promise.all(values.map((value) => pool.apply(task, [value, length])));
      expect(results.map((bytes) => bytes.length)).toEqual(values.map(() => length));
      expect(results.map((bytes) => [...new Set(bytes)])).toEqual(values.map((value) => [value]));
    }),
  );

  test('binary data of any size arrives as it was, there and back', () =>
    withPool(2, async (pool) => {
      const sizes = [0, 1, (1 << 15) - 1, 1 << 15, (1 << 16) - 1, 1 << 16, 3e6, 1 << 24, (1 << 24) + 1, 7e6, 9e6, 9e6];
      const values = sizes.map((size, at) => Buffer.alloc(size, `${at},`));
      const results = await Promise.all(
        values.map((value) => pool.apply(tasks.identity, [[value, new Uint8Array(value)]])),
      );
      for (const [at, result] of results.entries())
        for (const bytes of result as readonly Uint8Array[])
          expect(Buffer.compare(bytes, values[at] as Uint8Array)).toBe(0);
    }));

  test('a result that cannot travel fails its task alone', () =>
    withPool(1, async (pool) => {
      const results = await Promise.allSettled([pool.apply(tasks.returnSuspended), pool.apply(tasks.square, [3])]);
      expect(results[0]).toMatchObject({ status: 'rejected', reason: { code: 'MP_RESULT' } });
      expect(results[1]).toEqual({ status: 'fulfilled', value: 9 });
    }));

  test('the error of a task that returned a generator says which call takes what it yields', () =>
    withPool(1, async (pool) => {
      await expect(pool.apply(tasks.returnSuspended)).rejects.toThrow('`pool.stream(fn, args)`');
    }));

  test('an argument that cannot travel fails before anything is sent, and names its path', () =>
    withPool({ processes: 1 }, async (pool) => {
      const socket = tasks.suspended();
      await expect(pool.apply(tasks.identity, [{ config: { socket } }])).rejects.toMatchObject({
        path: expect.stringContaining('config.socket'),
      });
      expect(pool.stats().submitted).toBe(0);
    }));

  test('AsyncResult can be asked without waiting', () =>
    withPool(1, async (pool) => {
      const result = pool.applyAsync(tasks.square, [4]);
      expect(result.ready()).toBe(false);
      expect(() => result.successful()).toThrow(ProcessError);
      expect(await result.get(10_000)).toBe(16);
      expect(result.ready()).toBe(true);
      expect(result.successful()).toBe(true);
      const failed = pool.applyAsync(tasks.fail);
      await failed.wait();
      expect(failed.successful()).toBe(false);
      await expect(failed).rejects.toThrow('bad');
    }));

  test('get stops waiting when the time is over, and the task goes on', () =>
    withPool(1, async (pool) => {
      const result = pool.apply(tasks.sleep, [150]);
      await expect(result.get(10)).rejects.toThrow(TimeoutError);
      await expect(result).resolves.toBeUndefined();
    }));

  test('callbacks are called, and one that throws disturbs nobody', () =>
    withPool(1, async (pool) => {
      const warnings: string[] = [];
      const note = (warning: Error) => warnings.push(warning.message);
      process.on('warning', note);
      const seen: unknown[] = [];
      await pool.apply(tasks.square, [2], { callback: (value) => seen.push(value) });
      pool.apply(tasks.fail, [], { errorCallback: (error) => seen.push((error as Error).message) });
      await pool.apply(tasks.square, [3], {
        callback: () => {
          throw new Error('callback failed');
        },
      });
      expect(await pool.apply(tasks.square, [5])).toBe(25);
      await new Promise((resolve) => setImmediate(resolve));
      process.off('warning', note);
      expect(seen).toEqual([4, 'bad']);
      expect(warnings).toContain('callback failed');
    }));

  test('progress that a task reports reaches its caller, before the result', () =>
    withPool(1, async (pool) => {
      const seen: unknown[] = [];
      await pool.apply(tasks.reportThree, [], { onProgress: (value) => seen.push(value) });
      expect(seen).toEqual([1 / 3, 2 / 3, 1]);
    }));

  test('stream yields what a generator in a worker yields, as fast as it is taken', () =>
    withPool(1, async (pool) => {
      const all: number[] = [];
      for await (const value of pool.stream(tasks.count, [50])) all.push(value);
      expect(all).toEqual(Array.from({ length: 50 }, (_, i) => i));
      const endless = pool.stream(tasks.countForever, [], { bufferSize: 4 });
      expect(await endless.next()).toEqual({ done: false, value: 0 });
      await endless.return();
      expect(await pool.apply(tasks.howManyYielded)).toBeLessThan(10);
    }));
});
