import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { deserialize, serialize } from '@mp/serialize';

let child: ChildProcess;

beforeAll(() => {
  child = fork(new URL('../test/fixtures/echo.mjs', import.meta.url), { execArgv: ['--no-warnings'] });
});

afterAll(async () => {
  child.disconnect();
  await once(child, 'exit');
});

/** Sends a value and what to do with it to the other process, and returns what comes back. */
async function there<T, R>(value: T, act: (value: T) => R): Promise<R> {
  child.send(Buffer.from(serialize({ act, value })).toString('base64'));
  const [answer] = (await once(child, 'message')) as [string];
  return deserialize(Buffer.from(answer, 'base64'), { trustCode: true }) as R;
}

describe('a function or class that comes back', () => {
  test('is the original', async () => {
    class A {}
    const f = (x: number) => x + 1;
    const [K, g] = await there([A, f] as const, (value) => value);
    expect(K).toBe(A);
    expect(g).toBe(f);
  });

  test('an instance that was made there is an instance here', async () => {
    class Point {
      #secret = 5;
      x: number;
      constructor(x: number) {
        this.x = x;
      }
      secret() {
        return this.#secret + this.x;
      }
    }
    const point = await there(Point, (P) => new P(3));
    expect(point).toBeInstanceOf(Point);
    expect(point.secret()).toBe(8);
  });

  test('the original keeps its own state', async () => {
    class Counter {
      static n = 1;
    }
    await there(Counter, (C) => {
      C.n = 99;
      return C;
    });
    expect(Counter.n).toBe(1);
  });
});

describe('a class that is sent twice', () => {
  class Shape {
    static colour = 'red';
  }

  test('is one class on the other side', async () => {
    await there(Shape, (S) => {
      (globalThis as { kept?: unknown }).kept = S;
    });
    const same = await there(
      new Shape(),
      (shape) => shape instanceof ((globalThis as { kept?: unknown }).kept as typeof Shape),
    );
    expect(same).toBe(true);
  });

  test('arrives with its statics as they are now', async () => {
    Shape.colour = 'blue';
    expect(await there(Shape, (S) => S.colour)).toBe('blue');
  });
});

describe('a copy that is made in the same process', () => {
  test('of a class is the class', () => {
    class A {}
    expect(deserialize(serialize(new A()), { trustCode: true })).toBeInstanceOf(A);
  });

  test('of a closure is another closure', () => {
    let n = 0;
    const count = () => ++n;
    const copy = deserialize(serialize(count), { trustCode: true }) as () => number;
    copy();
    expect(n).toBe(0);
  });
});
