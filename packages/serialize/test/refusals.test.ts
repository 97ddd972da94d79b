import { close, open } from 'node:inspector';
import { SerializeError } from '@mp/codec';
import { serialize } from '@mp/serialize';

/** The error with which a value is refused. */
function refusal(value: unknown): SerializeError {
  try {
    serialize({ it: value });
  } catch (error) {
    if (error instanceof SerializeError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('a function that cannot travel is refused by name, with its place and what to do', () => {
  test('native code that has no name', () => {
    expect(refusal(makeResolve())).toMatchObject({ code: 'MP_UNSUPPORTED', path: 'value.it' });
  });

  test('an arrow that calls super() of the constructor around it', () => {
    // TypeScript does not let one write it.
    const call: unknown = new Function(
      'let call; class A {} new (class extends A { constructor() { const later = () => super(); call = later; later(); } })(); return call;',
    )();
    expect(refusal(call).message).toMatch(/value\.it.*function later \(.*:\d+:\d+\) calls super/s);
  });

  test('an arrow that uses a private name of a class which the other side imports', async () => {
    const file = new URL('../test/fixtures/modules/weak.mjs', import.meta.url).href;
    const { Arrowed } = (await import(file)) as { readonly Arrowed: new () => { readonly next: () => number } };
    const { code, message } = refusal(new Arrowed());
    expect([code, message]).toEqual([
      'MP_UNSUPPORTED',
      expect.stringMatching(/value\.it\.next.*private names of the class Arrowed/s),
    ]);
  });

  test('a field with a computed key, where only running an initialiser would show it', () => {
    const key = 'k';
    let ran = 0;
    class A {
      [key] = ++ran;
    }
    expect(refusal(A).message).toMatch(/field whose key is computed/);
    expect(ran).toBe(0);
  });

  test('a pending promise that it captures, with the path to it', () => {
    const pending = new Promise(() => {});
    const error = refusal(function waits() {
      return pending;
    });
    expect(error.path).toBe('value.it.<captured pending>');
    expect(error.message).toMatch(/pending promise.*It is pending in function waits \(.*refusals.*:\d+:\d+\)/s);
  });

  test('what a variable of several functions leads to, by the function that has it', () => {
    const state = { jobs: [1, new Promise(() => {})] };
    const other = { fine: 1 };
    expect(refusal([() => other, () => state, () => other]).path).toBe('value.it[1].<captured state>.jobs[1]');
  });

  test.each([
    ['segments of a text', new Intl.Segmenter('en').segment('ab'), 'Segments'],
    ['an iterator of the host', new URLSearchParams('a=1').keys(), 'URLSearchParams Iterator'],
  ])('%s, whose state nobody sees', (_, value, name) => {
    expect(refusal(value).message).toContain(`of the built-in class ${name}`);
  });

  test('a decoder in the middle of a stream', () => {
    const decoder = new TextDecoder();
    decoder.decode(new Uint8Array([0xe2]), { stream: true });
    expect(refusal(decoder).message).toMatch(/in the middle of a stream/);
  });

  test('a suspended generator', () => {
    function* g() {
      yield 1;
      yield 2;
    }
    const suspended = g();
    suspended.next();
    expect(refusal(() => suspended).code).toBe('MP_UNSUPPORTED');
  });

  test('an arrow whose this only a pause would show, while a debugger listens', () => {
    const f = function (this: object) {
      return () => this;
    }.call({});
    open(0, '127.0.0.1');
    try {
      expect(refusal(f).message).toMatch(/a debugger is attached/);
    } finally {
      close();
    }
    expect(() => serialize(f)).not.toThrow();
  });
});

describe('an object that got private members from a class that it is no instance of', () => {
  // Only the engine shows them, and another process could not read what it is not sent.
  class Returner {
    constructor(object: object) {
      // biome-ignore lint/correctness/noConstructorReturn: what gives private members to any object
      return object;
    }
  }
  class Field extends Returner {
    #x = 5;
    static read(object: Field): number {
      return object.#x;
    }
  }
  class Method extends Returner {
    #m(): number {
      return 6;
    }
    static read(object: Method): number {
      return object.#m();
    }
  }
  const stamped = <T extends object>(K: new (object: object) => object, object: T): T => {
    new K(object);
    return object;
  };

  test.each([
    ['an object', () => stamped(Field, { a: 1 })],
    ['an object, by a class with private methods', () => stamped(Method, {})],
    ['an array', () => stamped(Field, [1, 2])],
    ['a Map', () => stamped(Field, new Map())],
    ['a function', () => stamped(Field, () => 1)],
    ['a proxy', () => stamped(Field, new Proxy({}, {}))],
    ['an object of thousands', () => [...Array.from({ length: 3000 }, (_, i) => ({ i })), stamped(Field, { i: 1 })]],
    ['an instance of another class', () => stamped(Field, new (class { #y = 1; static is = (o: object) => #y in o; })())], // biome-ignore format: one row
    ['an instance that lost its prototype', () => Object.setPrototypeOf(stamped(Field, {}), null)],
  ])('%s, is refused where the class comes along', (_, make) => {
    expect(refusal([make(), Field, Method]).message).toMatch(/private (members of a class|fields are)/);
    expect(refusal([Field, Method, make()]).message).toMatch(/private (members of a class|fields are)/);
  });

  test('is refused by its path', () => {
    expect(refusal({ list: [0, stamped(Field, {})], Field })).toMatchObject({
      code: 'MP_UNSUPPORTED',
      path: 'value.it.list[1]',
    });
  });

  test('goes where nothing can read them', () => {
    expect(refusalOrBytes(stamped(Field, { a: 1 }))).toBeInstanceOf(Uint8Array);
  });
});

function refusalOrBytes(value: unknown): unknown {
  try {
    return serialize(value);
  } catch (error) {
    return error;
  }
}

describe('a function that cannot be entered without running its parameters', () => {
  const holder = {
    arrow() {
      return ({ [String(makeResolve())]: a }: Record<string, unknown>) => [this, a];
    },
  };

  test('is refused where its this would have to be read', () => {
    expect(refusal(holder.arrow()).message).toMatch(/uses this, which only entering it would show/);
  });
});

describe('serializing runs nothing of the program', () => {
  test('no getter, trap, body, default parameter, initialiser or static block', () => {
    const ran: string[] = [];
    const log = (what: string): string => {
      ran.push(what);
      return what;
    };
    class A {
      static field = 'static field';
      #x = log('initialiser');
      get x(): string {
        return log(`getter ${this.#x}`);
      }
      static {
        log('static block');
      }
    }
    const holder = {
      arrow() {
        return (a = ran) => [this, a, log('body')];
      },
      get value() {
        return log('getter of an object');
      },
    };
    const proxy = new Proxy({}, { get: () => log('trap'), ownKeys: () => [log('trap')] });
    const values = [A, new A(), holder.arrow(), holder, proxy];
    ran.length = 0;
    serialize(values);
    expect(ran).toEqual([]);
  });
});

function makeResolve(): unknown {
  let found: unknown;
  new Promise((resolve) => {
    found = resolve;
  });
  return found;
}
