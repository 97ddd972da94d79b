// What Python's `multiprocess` loses or refuses on the way to a worker, each row under the number that it has in docs/pains.md.
import { getContext } from '@mp/runtime';
import { contexts, tasks } from '../support/contexts.js';

describe.each(contexts)('with %s workers', (_name, context) => {
  test('pain 11: the cause of an error arrives with it', async () => {
    await using pool = new context.Pool(1);
    const error: unknown = await pool.apply(tasks.failRichly).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: 'outer', cause: { message: 'inner', cause: 'the root' } });
  });

  test('pain 11: a generator cannot travel, but what it yields streams', async () => {
    await using pool = new context.Pool(1);
    const got: number[] = [];
    for await (const n of pool.stream(tasks.count, [5])) got.push(n);
    expect(got).toEqual([0, 1, 2, 3, 4]);
  });

  test('pain 12: a producer of more than a pipe holds can be joined before anybody reads', async () => {
    const queue = new context.Queue<{ i: number; text: string }>();
    const producer = new context.Process({ target: tasks.putAndLeave as never, args: [queue, 300] as never });
    await producer.start();
    await producer.join();
    expect(producer.exitCode).toBe(0);
    let bytes = 0;
    for (let i = 0; i < 300; i++) bytes += (await queue.get()).text.length;
    expect(bytes).toBe(300_000);
  });

  test('pain 12: an item that cannot travel fails its put, and leaves the queue as it was', async () => {
    const queue = new context.Queue<unknown>();
    await expect(queue.put({ config: tasks.suspended() })).rejects.toMatchObject({ path: 'item.config' });
    expect(await queue.qsize()).toBe(0);
  });

  test('pain 13: a queue and a connection can be arguments of a task, in a result, and in another queue', async () => {
    await using pool = new context.Pool(1);
    const [outer, inner] = [new context.Queue<unknown>(), new context.Queue<unknown>()];
    await outer.put({ nested: [inner] });
    await pool.apply(tasks.putInto as never, [inner, 'by argument'] as never);
    expect(await inner.get()).toBe('by argument');
    await pool.apply(tasks.putIntoNested as never, [outer] as never);
    expect(await inner.get()).toBe('by another queue');
    const [here, there] = context.Pipe();
    await pool.apply(tasks.sendOn as never, [there, 'by connection'] as never);
    expect(await here.recv()).toBe('by connection');
  });
});

describe.each(contexts.filter(([name, , method]) => name === method))(
  'with %s workers, functions by value',
  (_name, context) => {
    class Account {
      static opened = 0;
      #balance = 0;
      constructor() {
        Account.opened++;
      }
      add(amount: number): this {
        this.#balance += amount;
        return this;
      }
      get balance(): number {
        return this.#balance;
      }
    }

    test('pain 4: a function brings the variables and modules that it uses', async () => {
      await using pool = new context.Pool(1);
      const rate = { percent: 20 };
      const withTax = (net: number) => net * (1 + rate.percent / 100);
      expect(await pool.map((net: number) => withTax(net).toFixed(1), [10, 20])).toEqual(['12.0', '24.0']);
    });

    test('pain 6: what cannot travel is named with its path', async () => {
      await using pool = new context.Pool(1);
      const config = { database: { cursor: tasks.suspended() } };
      await expect(pool.apply(() => config)).rejects.toMatchObject({
        path: expect.stringContaining('database.cursor'),
      });
    });

    test('pain 7: an argument of a hundred thousand levels, and a closure that names itself', async () => {
      await using pool = new context.Pool(1);
      type List = { next: List | undefined };
      let list: List | undefined;
      for (let i = 0; i < 100_000; i++) list = { next: list };
      const depth = (from: List | undefined) => {
        let levels = 0;
        for (let at = from; at !== undefined; at = at.next) levels++;
        return levels;
      };
      expect(await pool.apply(depth, [list])).toBe(100_000);
      const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
      expect(await pool.apply(factorial, [10])).toBe(3_628_800);
    });

    test('pain 8: an instance is an instance of its class, there, nested, and after its return', async () => {
      await using pool = new context.Pool(1);
      const pay = (account: Account, nested: { accounts: Account[] }) =>
        [account instanceof Account, nested.accounts[0] instanceof Account, account.add(5)] as const;
      const [first, second] = [new Account().add(1), new Account().add(2)];
      for (let again = 0; again < 2; again++) {
        const [isOne, isNestedOne, returned] = await pool.apply(pay, [first, { accounts: [second] }]);
        expect([isOne, isNestedOne]).toEqual([true, true]);
        expect(returned).toBeInstanceOf(Account);
        expect(returned.balance).toBe(6);
      }
      expect(first.balance).toBe(1);
    });

    test('pain 22: a pool that was closed says so, and a new one has nothing to do with it', async () => {
      const pool = new context.Pool(1);
      pool.close();
      await pool.join();
      await expect(pool.apply(() => 1)).rejects.toMatchObject({ code: 'MP_STATE' });
      await using other = new context.Pool(1);
      expect(await other.apply(() => 1)).toBe(1);
    });
  },
);

test('pain 28: what a pool gives can be awaited and iterated', async () => {
  await using pool = new (getContext('thread').Pool)(1);
  const result = pool.apply((n: number) => n + 1, [1]);
  expect(result.ready()).toBe(false);
  expect(await result).toBe(2);
  const all: number[] = [];
  for await (const n of pool.imap((x: number) => x * 2, [1, 2])) all.push(n);
  expect(all).toEqual([2, 4]);
});
