import { structuredCloneCodec } from '@mp/codec/structured-clone';
import { type Context, getContext, importShared } from '@mp/runtime';
import { contexts, tasks } from '../support/contexts.js';
import { ImportedProcess } from '../support/imported-process.js';

const { describeContext } = await importShared<typeof import('../support/context-tasks.js')>(
  new URL('../support/context-tasks.js', import.meta.url),
);

const withFunctions = contexts.filter(([, { codec }]) => codec.id !== structuredCloneCodec.id);

describe.each(withFunctions)('a context (%s) in another process', (_name, context, method) => {
  test('has its start method, and its classes and functions are those that came with it', async () => {
    await using pool = new context.Pool(1);
    const { Pool, Pipe } = context;

    const first = await pool.apply(describeContext, [context, { Pool, Pipe }]);
    const second = await pool.apply(describeContext, [context, { Pool, Pipe }]);

    expect(first).toEqual({ method, areParts: true, isKept: true, isDefault: false });
    expect(second).toEqual(first);
  });

  test('comes back as itself', async () => {
    await using pool = new context.Pool(1);
    const sent = [context, context.Queue];
    const [back, Queue] = (await pool.apply(tasks.identity, [sent])) as typeof sent;
    expect(back).toBe(context);
    expect(Queue).toBe(context.Queue);
  });
});

describe.each(withFunctions)('by %s', (_name, context) => {
  test('a function uses the context that it closes over', async () => {
    await using pool = new context.Pool(1);
    const twice = await pool.apply(async () => {
      await using inner = new context.Pool(1);
      return await inner.map((x: number) => x * 2, [1, 2]);
    });
    expect(twice).toEqual([2, 4]);
  });

  test('an object of a class that extends a class of the context runs with its private members, and its class is the one it came with', async () => {
    const queue = new context.Queue<unknown>();
    class Named extends context.Process {
      readonly #name: string;
      constructor(name: string) {
        super();
        this.#name = name;
      }
      get label(): string {
        return this.#name;
      }
    }
    class Counter extends Named {
      readonly first: number;
      #count: number;
      constructor(first: number) {
        super('counter');
        this.first = first;
        this.#count = first;
      }
      #next(): number {
        this.#count += 1;
        return this.#count;
      }
      override async run(): Promise<void> {
        await queue.put([
          this.label,
          this.first,
          this.#next(),
          this instanceof Counter,
          this instanceof context.Process,
        ]);
      }
    }
    const counter = new Counter(5);
    await counter.start();
    expect(await queue.get()).toEqual(['counter', 5, 6, true, true]);
    await counter.join();
    expect(counter.exitCode).toBe(0);
  });
});

test('an object of a class that the other side imports runs with its private members', async () => {
  const [, context] = withFunctions[0] as (typeof contexts)[number];
  const queue = new context.Queue<number>();
  const imported = new ImportedProcess(6, queue);
  await imported.start();
  expect(await queue.get()).toBe(6);
  await imported.join();
  expect(imported.exitCode).toBe(0);
});

test('the default context is that of the other process', async () => {
  const [, context] = contexts[0] as (typeof contexts)[number];
  const { Pool, Pipe } = getContext();
  await using pool = new context.Pool(1);
  const { isDefault, areParts } = await pool.apply(describeContext, [getContext(), { Pool, Pipe }]);
  expect([isDefault, areParts]).toEqual([true, true]);
});

test('locks of a context that makes them without shared memory are made that way elsewhere, too', async () => {
  const [, { codec }, method] = contexts[0] as (typeof contexts)[number];
  const portable = getContext({ method, codec, native: false });
  await using pool = new portable.Pool(1);
  const Lock = await pool.apply(tasks.identity, [portable.Lock]);
  expect(Lock).toBe(portable.Lock);
  expect(Lock).not.toBe(getContext().Lock);
});

test('a context of another codec than the one by which it is sent is refused, and the error says what to do', async () => {
  const [, context, method] = contexts[0] as (typeof contexts)[number];
  const other: Context = getContext({ method, codec: structuredCloneCodec });
  await using pool = new context.Pool(1);
  await expect(pool.apply(tasks.identity, [{ other }])).rejects.toMatchObject({
    path: expect.stringMatching(/other$/u),
    cause: { message: expect.stringMatching(/cannot travel by codec.*getContext\(\) where it is used/su) },
  });
});

test('a codec that carries no functions refuses a context', async () => {
  const [, context] = contexts.find(
    ([, { codec }]) => codec.id === structuredCloneCodec.id,
  ) as (typeof contexts)[number];
  await using pool = new context.Pool(1);
  await expect(pool.apply(tasks.identity, [{ context }])).rejects.toMatchObject({ code: 'MP_UNSUPPORTED' });
});
