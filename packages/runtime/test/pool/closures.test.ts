import { getContext, type StartMethod } from '@mp/runtime';

// Over the default codec, functions travel with what they close over.
describe.each<StartMethod>(['spawn', 'thread'])('a pool of %s workers', (method) => {
  const context = getContext(method);
  const pool = new context.Pool(2);
  afterAll(() => pool[Symbol.asyncDispose]());

  class Point {
    readonly #x: number;
    constructor(x: number) {
      this.#x = x;
    }
    get x() {
      return this.#x;
    }
  }

  test('runs a closure with the values that it captured', async () => {
    const factor = 3;
    const scale = (n: number) => n * factor;
    expect(await pool.map((n: number) => scale(n) + 1, [1, 2, 3])).toEqual([4, 7, 10]);
  });

  test('captures a variable anew at each call', async () => {
    let n = 0;
    const results = [];
    for (; n < 5; n++) results.push(pool.apply(() => n));
    n = 100;
    expect(await Promise.all(results)).toEqual([0, 1, 2, 3, 4]);
  });

  test('an argument is an instance of the class that the function knows', async () => {
    expect(await pool.apply((point: Point) => point instanceof Point && point.x, [new Point(7)])).toBe(7);
    expect(await pool.map((point: Point) => point instanceof Point && point.x, [new Point(1), new Point(2)])).toEqual([
      1, 2,
    ]);
  });

  test('an object that the function captured and was given is one object', async () => {
    const shared = { n: 1 };
    expect(await pool.apply((given: object) => given === shared, [shared])).toBe(true);
  });

  test('a result may be a function', async () => {
    const add = await pool.apply((n: number) => (m: number) => n + m, [5]);
    expect(add(6)).toBe(11);
  });

  test('an error of a class of the program arrives with its class name and fields', async () => {
    class Refusal extends Error {
      readonly reason = 'because';
      override readonly name = 'Refusal';
    }
    const error = await pool
      .apply(() => {
        throw new Refusal('no');
      })
      .catch((caught) => caught);
    expect(error).toMatchObject({ name: 'Refusal', message: 'no', reason: 'because' });
    expect((error as Error).stack).not.toMatch(/worker-loop/);
  });

  test('a process runs a closure, and a subclass its own run', async () => {
    const [here, there] = context.Pipe();
    const text = 'from a closure';
    const closure = new context.Process({ target: (end) => end.send(text), args: [there] });
    await closure.start();
    expect(await here.recv()).toBe(text);
    await closure.join();
  });
});
