import { execFile } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { getContext } from '@mp/runtime';
import { contexts, tasks } from '../support/contexts.js';

describe.each(contexts)('map and its relatives over %s workers', (_name, context) => {
  let pool: InstanceType<typeof context.Pool>;
  beforeAll(() => {
    pool = new context.Pool(2);
  });
  afterAll(() => pool[Symbol.asyncDispose]());

  /** An input that never ends, and knows whether it was closed. */
  function endless(value: number) {
    const input = { taken: 0, isClosed: false, items: generate() };
    function* generate(): Generator<number> {
      try {
        for (;;) {
          input.taken++;
          yield value;
        }
      } finally {
        input.isClosed = true;
      }
    }
    return input;
  }

  test('an abort signal ends map with its reason, and closes the input', async () => {
    const controller = new AbortController();
    const input = endless(1);
    const mapping = pool.map(tasks.squareLater, input.items, { signal: controller.signal });
    await pool.apply(tasks.nothing);
    controller.abort(new RangeError('enough'));
    await expect(mapping).rejects.toThrow('enough');
    expect(input.isClosed).toBe(true);
    expect(await pool.apply(tasks.square, [2])).toBe(4);
  });

  test.each([
    ['throws', () => new RangeError('from finally')],
    ['rejects', () => Promise.reject(new RangeError('from finally'))],
  ])('an input whose clean-up %s does not keep the call from ending', async (_how, cleanUp) => {
    let closed = 0;
    const input = (key: symbol) => ({
      [key]: () => ({
        next: () => ({ done: false, value: 1 }),
        return: () => {
          closed++;
          const problem = cleanUp();
          if (problem instanceof Error) throw problem;
          return problem;
        },
      }),
    });
    for (const key of [Symbol.iterator, Symbol.asyncIterator]) {
      const items = input(key) as unknown as Iterable<number>;
      const controller = new AbortController();
      const mapping = pool.map(tasks.squareLater, items, { signal: controller.signal });
      await pool.apply(tasks.nothing);
      controller.abort(new RangeError('enough'));
      await expect(mapping).rejects.toThrow('enough');
      const results = pool.imap(tasks.square, items);
      expect(await results.next()).toEqual({ done: false, value: 1 });
      expect(await results.return()).toEqual({ done: true, value: undefined });
    }
    expect(closed).toBe(4);
  });

  test('an input may have the call ended while it is asked for an item', async () => {
    const controller = new AbortController();
    function* items(): Generator<number> {
      for (let i = 0; ; i++) {
        if (i === 5) controller.abort(new RangeError('from inside'));
        yield i;
      }
    }
    await expect(pool.map(tasks.square, items(), { signal: controller.signal })).rejects.toThrow('from inside');
    const other = new AbortController();
    function* cancelling(): Generator<number> {
      yield 1;
      other.abort(new RangeError('from inside'));
      yield 2;
    }
    const results = pool.imap(tasks.square, cancelling(), { signal: other.signal });
    await expect(
      (async () => {
        for await (const value of results) expect(value).toBe(1);
      })(),
    ).rejects.toThrow('from inside');
    expect(await pool.apply(tasks.square, [2])).toBe(4);
  });

  test('an abort signal ends imap with its reason, after the results that were there', async () => {
    const controller = new AbortController();
    const input = endless(3);
    const results = pool.imap(tasks.squareLater, input.items, { signal: controller.signal });
    expect(await results.next()).toEqual({ done: false, value: 9 });
    controller.abort(new RangeError('enough'));
    const rest = async () => {
      for await (const value of results) expect(value).toBe(9);
    };
    await expect(rest()).rejects.toThrow('enough');
    expect(input.isClosed).toBe(true);
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  test('with a signal that was aborted before, nothing of the input is taken', async () => {
    const signal = AbortSignal.abort(new RangeError('too late'));
    const input = endless(1);
    await expect(pool.map(tasks.square, input.items, { signal })).rejects.toThrow('too late');
    await expect(pool.imapUnordered(tasks.square, input.items, { signal }).next()).rejects.toThrow('too late');
    expect(input.taken).toBe(0);
  });

  test('a call that is over does not listen to its signal any more', async () => {
    const { signal } = new AbortController();
    const listeners = new Set<unknown>();
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners.add(args[1]);
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners.delete(args[1]);
      remove(...args);
    };
    await pool.map(tasks.square, [1, 2], { signal });
    for await (const value of pool.imap(tasks.square, [1, 2], { signal })) expect(value).toBeGreaterThan(0);
    await pool.apply(tasks.square, [1], { signal });
    expect(listeners.size).toBe(0);
  });

  test('a signal that thousands of calls share has one listener, ends all of them, and no other', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const calls = Array.from({ length: 3000 }, () => pool.apply(tasks.block, [50], { signal }));
    calls.push(...Array.from({ length: 20 }, () => pool.map(tasks.block, [50], { signal }) as never));
    const own = pool.apply(tasks.square, [3], { signal: new AbortController().signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    controller.abort(new Error('enough'));
    const reasons = (await Promise.allSettled(calls)).map((call) => (call as PromiseRejectedResult).reason?.message);
    expect(new Set(reasons)).toEqual(new Set(['enough']));
    expect(await own).toBe(9);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  test('a time limit is that of one item', async () => {
    expect(await pool.map(tasks.block, Array(20).fill(20), { timeoutMs: 2000 })).toEqual(Array(20).fill(20));
    await expect(pool.map(tasks.block, [1, 10_000, 1], { timeoutMs: 200 })).rejects.toMatchObject({
      code: 'MP_TIMEOUT',
    });
  });

  test('what the function reports for an item reaches the caller', async () => {
    const seen: unknown[] = [];
    await pool.map(tasks.reportThree as (item: number) => number, [0, 0], { onProgress: (value) => seen.push(value) });
    expect(seen.sort()).toEqual([1 / 3, 1 / 3, 2 / 3, 2 / 3, 1, 1]);
  });

  test('a pool without workers is ready, and a broadcast reaches those to come', async () => {
    await using empty = new context.Pool({ minProcesses: 0, maxProcesses: 1 });
    await empty.ready;
    expect(empty.stats().workers).toEqual([]);
    expect(await empty.broadcast(tasks.setState, ['told'])).toEqual([]);
    expect(await empty.apply(tasks.getState)).toBe('told');
  });
});

describe('the option progress', () => {
  test('shows how many items are done, on standard error, and ends with all of them', async () => {
    const program = fileURLToPath(new URL('../../test/fixtures/progress.mjs', import.meta.url));
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program], { timeout: 60_000 });
    expect(stdout).toBe('[1,4,9]\n[16,25]\n');
    expect(stderr).toMatch(/squaring =+ 100% \| 3\/3 .*\n2 done/s);
  });

  test('that is neither a choice nor a label is refused', async () => {
    await using pool = new (getContext('thread').Pool)(1);
    await expect(pool.map(tasks.square, [1], { progress: 5 as never })).rejects.toMatchObject({ code: 'MP_ARGUMENT' });
  });
});
