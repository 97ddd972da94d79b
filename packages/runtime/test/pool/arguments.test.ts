import { Pool, type PoolOptions } from '@mp/runtime';
import { tasks } from '../support/contexts.js';

describe('a wrong argument of a pool', () => {
  const pool = new Pool(1);
  afterAll(() => pool[Symbol.asyncDispose]());

  test('a string is an iterable like any other', async () => {
    expect(await pool.map(tasks.identity, 'abc')).toEqual(['a', 'b', 'c']);
  });

  test.each<[unknown, string]>([
    [5, 'a number'],
    [null, 'null'],
    [undefined, 'undefined'],
    [{ length: 2 }, 'an object without Symbol.iterator'],
  ])('what is no iterable (%p) rejects', async (items, found) => {
    const expected = { code: 'MP_ARGUMENT', message: expect.stringContaining(found) };
    await expect(pool.map(tasks.identity, items as never)).rejects.toMatchObject(expected);
    await expect(pool.starmap(tasks.identity as never, items as never)).rejects.toMatchObject(expected);
    await expect(pool.imap(tasks.identity, items as never).next()).rejects.toMatchObject(expected);
  });

  test.each<[object]>([
    [{ timeoutMs: '5' }],
    [{ timeoutMs: Number.NaN }],
    [{ timeoutMs: -1 }],
    [{ retries: 1.5 }],
    [{ retries: -1 }],
    [{ priority: 'high' }],
    [{ priority: Number.NaN }],
    [{ affinity: {} }],
    [{ signal: {} }],
    [{ signal: null }],
    [{ onProgress: 1 }],
    [{ callback: 'f' }],
    [{ chunkSize: 0 }],
    [{ bufferSize: 0 }],
    [{ timeout: 5 }],
  ])('an option %p rejects with an error that names it', async (options) => {
    const [name] = Object.keys(options) as [string];
    const expected = { code: 'MP_ARGUMENT', message: expect.stringContaining(name) };
    await expect(pool.apply(tasks.square, [1], options)).rejects.toMatchObject(expected);
    await expect(pool.map(tasks.square, [1], options)).rejects.toMatchObject(expected);
    await expect(pool.imap(tasks.square, [1], options).next()).rejects.toMatchObject(expected);
  });

  test('arguments that are no array reject', async () => {
    await expect(pool.apply(tasks.square, 1 as never)).rejects.toMatchObject({ code: 'MP_ARGUMENT' });
  });

  test('an option of a pool that is not known is refused, with those that are', () => {
    expect(() => new Pool({ maxTasks: 1 } as PoolOptions)).toThrow(/no option "maxTasks".*maxTasksPerChild/);
    expect(() => new Pool('4' as never)).toThrow(expect.objectContaining({ code: 'MP_ARGUMENT' }));
  });
});

test('a second argument of a pool is refused: ignored, it would be options without effect', () => {
  // @ts-expect-error There is one parameter.
  expect(() => new Pool(1, { maxTasksPerChild: 1 })).toThrow(
    expect.objectContaining({ code: 'MP_ARGUMENT', message: expect.stringContaining('new Pool({ processes: 4') }),
  );
});
