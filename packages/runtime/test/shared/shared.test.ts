import { existsSync } from 'node:fs';
import { structuredCloneCodec } from '@mp/codec/structured-clone';
import {
  type Context,
  getAllStartMethods,
  getContext,
  importShared,
  ShareableList,
  SharedMemory,
  type StartMethod,
} from '@mp/runtime';
import { startMethods } from '../support/start-methods.js';

const tasks = await importShared<typeof import('../support/shared-tasks.js')>(
  new URL('../support/shared-tasks.js', import.meta.url),
);
const isAvailable = getAllStartMethods().includes('forkserver');
const contexts: (readonly [string, Context, StartMethod])[] = startMethods.flatMap((method) => [
  [method, getContext(method), method] as const,
  [`${method} (structured clone)`, getContext({ method, codec: structuredCloneCodec }), method] as const,
]);

(isAvailable ? describe : describe.skip).each(contexts)('over %s', (_name, context) => {
  test('shared memory is the same memory elsewhere, and comes back as the same object', async () => {
    using memory = new context.SharedMemory({ create: true, size: 100 });
    memory.buf[42] = 7;
    await using pool = new context.Pool(1);
    expect(await pool.apply(tasks.readByte, [memory, 42])).toBe(7);
    memory.buf[42] = 8;
    expect(await pool.apply(tasks.readByte, [memory, 42])).toBe(8);
    const made = await pool.apply(tasks.make, [10]);
    expect([...made.buf]).toEqual(Array(10).fill(7));
    made.close();
  });

  test('typed arrays in shared memory arrive as the same memory', async () => {
    using memory = new context.SharedMemory({ create: true, size: 64 });
    const array = new Float64Array(memory.buffer, 8, 3);
    await using pool = new context.Pool(1);
    expect(await pool.apply(tasks.fill, [array, 1.5])).toBe(3);
    expect([...new Float64Array(memory.buffer)]).toEqual([0, 1.5, 1.5, 1.5, 0, 0, 0, 0]);
    const views = [new Uint8Array(memory.buffer, 1, 2), new Int32Array(memory.buffer), memory] as const;
    expect(await pool.apply(tasks.isOneMemory, [...views])).toBe(true);
  });

  test('a value is changed under its lock by many', async () => {
    const value = new context.Value('i', 5);
    await using pool = new context.Pool(2);
    await Promise.all([
      pool.apply(tasks.addTimes, [value, 20]),
      pool.apply(tasks.addTimes, [value, 20]),
      tasks.addTimes(value, 20),
    ]);
    expect(value.value).toBe(65);
    const raw = new context.RawValue('d', 0.5);
    await pool.apply(tasks.setRaw, [raw, -1]);
    expect(raw.value).toBe(-1);
  });

  test('an array and a list travel', async () => {
    const array = new context.Array('i', [1, 2, 3]);
    const list = new context.ShareableList(['a', 1, null], { slotBytes: 32 });
    await using pool = new context.Pool(1);
    expect(await pool.apply(tasks.double, [array])).toEqual([2, 4, 6]);
    expect(await pool.apply(tasks.setItem, [list, 0, 'longer\0'])).toEqual(['longer\0', 1, null]);
    expect(list.get(0)).toBe('longer\0');
  });

  test('nothing is left when a worker is terminated that had memory open', async () => {
    const pool = new context.Pool(1);
    const memory = await pool.apply(tasks.make, [10]);
    await pool.terminate();
    await pool.join();
    expect(existsSync(`/dev/shm/mp-${memory.name}`)).toBe(true);
    memory.close();
    expect(existsSync(`/dev/shm/mp-${memory.name}`)).toBe(false);
  });

  test('memory outlives the process that made it, while it is on its way', async () => {
    const queue = new context.Queue<Uint8Array>();
    const process = new context.Process({ target: tasks.putMemory, args: [queue] });
    await process.start();
    await process.join();
    expect([...(await queue.get())]).toEqual(Array(10).fill(7));
  });
});

(isAvailable ? describe : describe.skip)('in one process', () => {
  const { Value, RawArray, Array: SharedArray } = getContext();

  test('shared memory that does not exist, exists already or is closed is an error', () => {
    expect(() => new SharedMemory({ name: 'no-such-memory' })).toThrow(
      expect.objectContaining({ code: 'MP_NO_SEGMENT' }),
    );
    using memory = new SharedMemory({ create: true, size: 10 });
    expect(() => new SharedMemory({ create: true, size: 10, name: memory.name })).toThrow(
      expect.objectContaining({ code: 'MP_SEGMENT_EXISTS' }),
    );
    expect(() => new SharedMemory({ create: true, size: 0 })).toThrow(expect.objectContaining({ code: 'MP_ARGUMENT' }));
    expect(() => new SharedMemory({})).toThrow(expect.objectContaining({ code: 'MP_ARGUMENT' }));
    const view = memory.buf;
    memory.close();
    expect([memory.closed, view.length]).toEqual([true, 0]);
    expect(() => memory.buffer).toThrow(expect.objectContaining({ code: 'MP_CLOSED' }));
  });

  test.each([
    ['b', -1, -1],
    ['H', 65_536, 0],
    ['f', 0.1, Math.fround(0.1)],
    ['q', -(2n ** 63n), -(2n ** 63n)],
    ['Q', 2n ** 64n - 1n, 2n ** 64n - 1n],
  ] as const)("a value of type %s has that type's range", (type, given, read) => {
    expect(new Value(type, given as never).value).toBe(read);
  });

  test('a type that does not exist is refused by name', () => {
    expect(() => new Value('x' as 'i')).toThrow(/"x" is no type of a shared value. There are the codes c b B/);
    expect(() => new Value('toString' as 'i')).toThrow(expect.objectContaining({ code: 'MP_ARGUMENT' }));
  });

  test('values lie apart from each other, and a new one is zero', () => {
    const values = Array.from({ length: 10_000 }, (_, n) => new Value(Float64Array, n, { lock: false }));
    expect(values.every(({ value }, n) => value === n)).toBe(true);
    expect(new Value('d').value).toBe(0);
    expect(() => (values[0] as { getLock(): unknown }).getLock()).toThrow(
      expect.objectContaining({ code: 'MP_STATE' }),
    );
  });

  test('an array is a typed array in shared memory', () => {
    const raw = RawArray('d', [1, 2.5]);
    expect(raw).toEqual(Float64Array.of(1, 2.5));
    expect(RawArray(BigInt64Array, 2)).toEqual(BigInt64Array.of(0n, 0n));
    expect(RawArray('i', 0).length).toBe(0);
    const array = new SharedArray('B', 3);
    expect([...array, array.length]).toEqual([0, 0, 0, 3]);
    expect(array.runExclusiveSync((bytes) => bytes.fill(9).length)).toBe(3);
    expect(() => RawArray('i', -1)).toThrow(expect.objectContaining({ code: 'MP_ARGUMENT' }));
  });

  test('a list gives back what was put in, to the last NUL', () => {
    const items = [
      0,
      -0,
      NaN,
      1.5,
      -5n,
      2n ** 63n - 1n,
      true,
      false,
      null,
      undefined,
      '',
      'é\0\0',
      '日本\ud800',
      new Uint8Array([1, 0]),
    ];
    using list = new ShareableList(items);
    expect([...list]).toEqual(items);
    expect(Object.is(list.get(1), -0)).toBe(true);
    expect([list.length, list.count(null), list.index('é\0\0'), list.get(-1)]).toEqual([
      14,
      1,
      11,
      new Uint8Array([1, 0]),
    ]);
    using same = new ShareableList(undefined, { name: list.shm.name });
    same.set(0, 'x');
    expect(list.get(0)).toBe('x');
  });

  test('a list refuses what has no room, no place or no type in it', () => {
    using list = new ShareableList(['ab', 1]);
    expect(() => list.set(0, 'x'.repeat(100))).toThrow(/needs|room/);
    expect(list.get(0)).toBe('ab');
    expect(() => list.get(2)).toThrow(RangeError);
    expect(() => list.set(0, 2n ** 64n)).toThrow(expect.objectContaining({ code: 'MP_ARGUMENT' }));
    expect(() => new ShareableList([{} as never])).toThrow(expect.objectContaining({ code: 'MP_ARGUMENT' }));
    using memory = new SharedMemory({ create: true, size: 64 });
    expect(() => new ShareableList(undefined, memory)).toThrow(expect.objectContaining({ code: 'MP_LAYOUT' }));
  });
});
