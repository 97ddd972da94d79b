import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Payload, SerializeError } from '@mp/codec';
import {
  clone,
  deserialize,
  deserializeAsync,
  deserializeFromFile,
  deserializeStream,
  explain,
  fingerprint,
  GET_STATE,
  isSerializable,
  SET_STATE,
  Serializer,
  serialize,
  serializeAsync,
  serializeCodec,
  serializeStream,
  serializeToFile,
} from '@mp/serialize';
import { Unpackr } from 'msgpackr';

const failure = (action: () => unknown): SerializeError => {
  try {
    action();
  } catch (error) {
    return error as SerializeError;
  }
  throw new Error('nothing was thrown');
};

describe('an error names the place:', () => {
  const pending = () => new Promise(() => {});
  test.each<[string, () => unknown]>([
    ['value', pending],
    ['value.a.b[2]', () => ({ a: { b: [0, 1, pending()] } })],
    ['value["a-b"]', () => ({ 'a-b': pending() })],
    ['value.get("k")', () => new Map([['k', pending()]])],
    ['value.<key 0>', () => new Map([[pending(), 1]])],
    ['value.<member 1>', () => new Set([1, pending()])],
    ['value[Symbol(s)]', () => ({ [Symbol('s')]: pending() })],
    ['value.cause', () => new Error('e', { cause: pending() })],
    ['value.hidden', () => Object.defineProperty({}, 'hidden', { value: pending() })],
  ])('%s', (path, make) => {
    const error = failure(() => serialize(make()));
    expect(error).toBeInstanceOf(SerializeError);
    expect([error.code, error.path]).toEqual(['MP_UNSUPPORTED', path]);
    expect(error.message).toBe(`${path} cannot be serialized: it is a pending promise.\nAwait it and send the result.`);
  });

  test('even where it is deep', () => {
    let deep: unknown = pending();
    for (let i = 0; i < 1000; i++) deep = [deep];
    expect(failure(() => serialize(deep)).path).toMatch(/^value(\[0\]){10}…\(980 more\)…(\[0\]){10}$/);
  });

  test('with the name that the caller gives the value', () => {
    expect(failure(() => serialize([pending()], { root: 'task.args' })).path).toBe('task.args[0]');
  });
});

describe('what cannot travel is refused:', () => {
  test.each<[string, () => unknown]>([
    ['a pending promise', () => new Promise(() => {})],
    [
      'a suspended generator',
      () =>
        (function* () {
          yield 1;
        })(),
    ],
    [
      'a transferred buffer',
      () => {
        const view = new Uint8Array(8);
        structuredClone(view.buffer, { transfer: [view.buffer] });
        return view;
      },
    ],
    [
      'a timer',
      () => {
        const t = setTimeout(() => {}, 0);
        clearTimeout(t);
        return t;
      },
    ],
    ['a Blob, at once', () => new Blob(['x'])],
    ['a signal with a timer', () => AbortSignal.timeout(1)],
    ['an object that only inherits from the iterators of arrays', () => Object.create([].values()) as object],
    ['a FinalizationRegistry', () => new FinalizationRegistry(() => {})],
    ['an Event', () => new Event('x')],
  ])('%s', (_, make) => {
    expect(failure(() => serialize({ a: make() }))).toMatchObject({ code: 'MP_UNSUPPORTED', path: 'value.a' });
    expect(isSerializable(make())).toBe(false);
  });

  test('a cycle without identity', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(failure(() => serialize(cycle, { identity: false })).code).toBe('MP_LIMIT');
  });

  test('serializing runs no getter and no trap', () => {
    const touched: string[] = [];
    const trap = new Proxy(
      {},
      {
        get: (_, name) => {
          touched.push(String(name));
          return () => {
            touched.push(`${String(name)}()`);
          };
        },
      },
    );
    const watched = Object.defineProperty({}, 'getter', { get: () => touched.push('getter'), enumerable: true });
    serialize([watched, new Proxy({ a: 1 }, trap), new Proxy([], trap), Object.create(watched)]);
    expect(touched).toEqual([]);
  });

  test('a failed call leaves nothing behind', () => {
    const serializer = new Serializer();
    failure(() => serializer.serialize([{ a: 1, b: 2 }, new Promise(() => {})]));
    expect(serializer.deserialize(serializer.serialize([{ a: 1, b: 2 }]))).toEqual([{ a: 1, b: 2 }]);
  });
});

describe('explain', () => {
  test('tells what a function captures, from where and how it travels', () => {
    const config = { retries: [1, 2, 3] };
    let calls = 0;
    const task = (x: number): unknown => [++calls, config.retries, structuredClone(x)];
    const [found] = explain({ task }).functions;
    expect(found).toMatchObject({ name: 'task', by: 'value', length: String(task).length });
    expect(found?.place).toMatch(/api\.test\.js:\d+:\d+$/);
    expect(found?.variables.map(({ name, kind, by, isAssigned }) => [name, kind, by, isAssigned])).toEqual([
      ['calls', 'number', 'value', true],
      ['config', 'Object', 'value', false],
    ]);
    expect(found?.variables.find(({ name }) => name === 'config')?.bytes).toBeGreaterThan(4);
  });

  test('reports all places at once, and where the bytes go', () => {
    const text = 'x'.repeat(1000);
    const found = explain({
      small: [1],
      large: { text, more: [text] },
      bad: new Promise(() => {}),
      worse: { timer: new FinalizationRegistry(() => {}) },
    });
    expect(found.serializable).toBe(false);
    expect(found.problems.map(({ path }) => path)).toEqual(['value.bad', 'value.worse.timer']);
    expect(found.sizes.children[0]).toMatchObject({ step: '.large', kind: 'Object', children: [{ step: '.more' }] });
    expect(String(found)).toContain('.large');
  });

  test('of a value that can travel has its size', () => {
    expect(explain([1, 2])).toMatchObject({ serializable: true, problems: [], bytes: serialize([1, 2]).length });
  });
});

describe('classes of one’s own:', () => {
  class Money {
    readonly cents: number;
    constructor(cents: number) {
      this.cents = cents;
    }
  }
  const register = () =>
    new Serializer({ trustCode: true }).register(Money, {
      reduce: (m) => m.cents,
      revive: (cents) => new Money(cents),
    });

  test('a registered class travels by its reduction', () => {
    const price = new Money(5);
    const [a, b] = register().clone([price, price]);
    expect(a).toBeInstanceOf(Money);
    expect([a?.cents, a === b]).toEqual([5, true]);
  });

  test('without the registration on the other side it is refused', () => {
    expect(failure(() => deserialize(register().serialize(new Money(1)), { trustCode: true })).code).toBe(
      'MP_UNKNOWN_REDUCER',
    );
  });

  test('two registrations need two tags', () => {
    expect(() => register().register(Money, { reduce: () => 1, revive: () => new Money(1) })).toThrow(TypeError);
  });

  test('a class says what of it travels', () => {
    class Session {
      user = 'u';
      socket: unknown = new FinalizationRegistry(() => {});
      [GET_STATE]() {
        return { user: this.user };
      }
      [SET_STATE](state: { user: string }) {
        this.user = `${state.user} again`;
      }
    }
    const copy = clone({ session: new Session() });
    expect(copy.session).toMatchObject({ user: 'u again' });
    expect(Object.hasOwn(copy.session, 'socket')).toBe(false);
  });

  test('states are restored from the inside out', () => {
    const order: string[] = [];
    class Node {
      readonly name: string;
      readonly child: Node | undefined;
      constructor(name: string, child?: Node) {
        this.name = name;
        this.child = child;
      }
      [GET_STATE]() {
        return { ...this };
      }
      [SET_STATE](state: object) {
        Object.assign(this, state);
        log(this.name);
      }
    }
    const log = (name: string) => (globalThis as { order?: string[] }).order?.push(name);
    (globalThis as { order?: string[] }).order = order;
    clone(new Node('outer', new Node('inner')));
    expect(order.splice(0)).toEqual(['inner', 'outer']);
    // Deeper than the stack of the writer goes.
    let chain: Node | undefined;
    for (let i = 0; i < 500; i++) chain = new Node(String(i), chain);
    clone(chain);
    Reflect.deleteProperty(globalThis, 'order');
    expect(order.map(Number)).toEqual(Array.from({ length: 500 }, (_, i) => i));
  });
});

describe('fingerprint', () => {
  test('is equal for equal graphs, whatever the order of keys', () => {
    expect(fingerprint({ a: 1, b: [new Date(5)] })).toBe(fingerprint({ b: [new Date(5)], a: 1 }));
    expect(fingerprint({ a: 1 })).toMatch(/^[0-9a-f]{64}$/);
  });

  test('differs where the values differ', () => {
    const shared = {};
    const values = [
      0,
      -0,
      '0',
      [0],
      [[]],
      [{}, {}],
      [shared, shared],
      new Set([1, 2]),
      new Set([2, 1]),
      null,
      undefined,
    ];
    expect(new Set(values.map((value) => fingerprint(value))).size).toBe(values.length);
  });

  test('does not depend on what was fingerprinted before', () => {
    const before = fingerprint({ x: { y: 1 } });
    fingerprint({ y: { x: 2 }, z: 1 });
    expect(fingerprint({ x: { y: 1 } })).toBe(before);
  });
});

describe('plain MessagePack', () => {
  const plain = { format: 'plain' } as const;
  const value = { a: [1, -1, 1.5, 100, 2 ** 40, 'é', null, true, 'x'.repeat(100)], __proto__: undefined };

  test('is read by another library', () => {
    const { a } = value;
    expect(new Unpackr({ useRecords: false }).unpack(serialize({ a, b: { ключ: 2n ** 60n } }, plain))).toEqual({
      a,
      b: { ключ: 2n ** 60n },
    });
  });

  test('of another library is read', () => {
    expect(
      deserialize(
        Uint8Array.from([
          0x82, 0xa1, 0x61, 0x93, 1, 0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0xa1, 0x62, 0xd6, 0xff, 0, 0, 0, 1,
        ]),
        plain,
      ),
    ).toEqual({ a: [1, 1.5, null], b: new Date(1000) });
  });

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['a Map', new Map()],
    ['a hole', Object.assign([], { length: 1 })],
    ['a symbol key', { [Symbol.iterator]: 1 }],
    [
      'an accessor',
      {
        get a() {
          return 1;
        },
      },
    ],
    ['a lone surrogate', '\ud800'],
    ['a function', () => 1],
    ['a large integer', 2n ** 64n],
  ])('has no token for %s', (_, odd) => {
    expect(failure(() => serialize({ odd }, plain))).toMatchObject({
      code: 'MP_UNSUPPORTED',
      path: expect.stringMatching(/^value\.odd/) as unknown,
    });
  });
});

describe('the bytes may be a Node Buffer', () => {
  test('anywhere in its memory', () => {
    const value = [
      new Float64Array(3),
      Array.from({ length: 20 }, (_, i) => i / 3),
      { key: 'text' },
      Array.from({ length: 20 }, (_, i) => new Date(i)),
    ];
    for (let shift = 0; shift < 9; shift++) {
      const buffer = Buffer.concat([Buffer.alloc(shift), serialize(value)]).subarray(shift);
      const copy = deserialize(buffer);
      buffer.fill(0xff);
      expect(copy).toEqual(value);
    }
  });
});

describe('streams', () => {
  const values = [{ a: 1 }, { a: 2 }, 'text', new Map([[1, { a: 3 }]]), null];

  test.each([1, 7, 1000])('arrive cut into pieces of %i bytes', async (size) => {
    async function* cut() {
      for await (const chunk of serializeStream(values))
        for (let i = 0; i < chunk.length; i += size) yield chunk.slice(i, i + size);
    }
    const arrived: unknown[] = [];
    for await (const value of deserializeStream(cut())) arrived.push(value);
    expect(arrived).toEqual(values);
  });

  test('that end within a value are an error', async () => {
    async function* cut() {
      for await (const chunk of serializeStream(values)) yield chunk.slice(0, -1);
    }
    await expect(async () => {
      for await (const _ of deserializeStream(cut()));
    }).rejects.toMatchObject({ code: expect.stringMatching(/MP_/) as unknown });
  });
});

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mp-serialize-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('bring a value back, are complete when they appear, and are the owner’s alone', async () => {
    const path = join(folder, 'value.bin');
    await serializeToFile(path, { a: new Set([1]) });
    expect(await deserializeFromFile(path)).toEqual({ a: new Set([1]) });
    expect(readdirSync(folder)).toEqual(['value.bin']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('leave nothing where they cannot be written', async () => {
    await expect(serializeToFile(join(folder, 'none', 'x'), 1)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('Blobs', () => {
  test('travel when their bytes may be awaited', async () => {
    const file = new (globalThis.File ?? Blob)(['content'], 'name.txt', { type: 'text/plain' });
    const { blob, again } = deserialize(await serializeAsync({ blob: file, again: file })) as {
      blob: Blob;
      again: Blob;
    };
    expect([await blob.text(), blob.type, blob === again]).toEqual(['content', 'text/plain', true]);
    expect(await deserializeAsync(serialize(1))).toBe(1);
  });
});

class Link {
  readonly #next: unknown;
  constructor(next: unknown) {
    this.#next = next;
  }
  get next(): unknown {
    return this.#next;
  }
}

class Said {
  next: unknown;
  constructor(next: unknown) {
    this.next = next;
  }
  [Symbol.for('mp.getState')](): unknown {
    return { next: this.next };
  }
  [Symbol.for('mp.setState')](state: { next: unknown }): void {
    this.next = state.next;
  }
}

describe('depth', () => {
  test('two million levels', () => {
    let deep: unknown = null;
    for (let i = 0; i < 2_000_000; i++) deep = [deep];
    let copy = deserialize(serialize(deep));
    let levels = 0;
    for (; copy !== null; levels++) copy = (copy as unknown[])[0];
    expect(levels).toBe(2_000_000);
  });

  test.each<[string, (inner: unknown) => unknown, (outer: never) => unknown]>([
    ['objects', (next) => ({ next, v: 1 }), ({ next }: { next: unknown }) => next],
    ['Maps', (next) => new Map([['k', next]]), (map: Map<string, unknown>) => map.get('k')],
    ['Sets', (next) => new Set([next]), (set: Set<unknown>) => [...set][0]],
    ['null prototypes', (next) => Object.assign(Object.create(null), { next }), ({ next }: { next: unknown }) => next],
    ['frozen objects', (next) => Object.freeze({ next }), ({ next }: { next: unknown }) => next],
    ['errors', (cause) => new Error('e', { cause }), ({ cause }: { cause: unknown }) => cause],
    ['dates with a property', (next) => Object.assign(new Date(1), { next }), ({ next }: { next: unknown }) => next],
    [
      'views with a property',
      (next) => Object.assign(new Uint8Array(1), { next }),
      ({ next }: { next: unknown }) => next,
    ],
    ['instances that say what to send', (next) => new Said(next), (said: Said) => said.next],
  ])('a chain of 100 000 %s', (_, wrap, unwrap) => {
    let chain: unknown = 'end';
    for (let i = 0; i < 100_000; i++) chain = wrap(chain);
    let copy = deserialize(serialize(chain), { trustCode: true });
    let links = 0;
    for (; copy !== 'end'; links++) copy = unwrap(copy as never);
    expect(links).toBe(100_000);
  });
});

test('a chain of 1 000 instances with private members, deeper than the stack of the writer goes', () => {
  // Reading private members takes the inspector its time.
  let chain: unknown = 'end';
  for (let i = 0; i < 1000; i++) chain = new Link(chain);
  let copy = deserialize(serialize(chain), { trustCode: true });
  let links = 0;
  for (; copy !== 'end'; links++) copy = (copy as Link).next;
  expect(links).toBe(1000);
});

describe('fidelity', () => {
  const odd = () => {
    const rows = Array.from({ length: 200 }, (_, i) => ({ id: i, name: 'n' }));
    Object.defineProperty(rows[150], 'id', { get: () => 'read', enumerable: true, configurable: true });
    Object.freeze(rows[151]);
    Object.defineProperty(rows[152], 'hidden', { value: 1 });
    return rows;
  };
  const trusted = { trustCode: true } as const;
  const getterOf = (rows: readonly object[]) => typeof Object.getOwnPropertyDescriptor(rows[150], 'id')?.get;

  test('exact looks at every object', () => {
    const rows = deserialize(serialize(odd()), trusted) as object[];
    expect([getterOf(rows), Object.isFrozen(rows[151]), Object.hasOwn(rows[152]!, 'hidden')]).toEqual([
      'function',
      true,
      true,
    ]);
  });

  test('data takes what enumerable keys have', () => {
    expect(deserialize(serialize(odd().slice(150, 151), { fidelity: 'data' }))).toEqual([{ id: 'read', name: 'n' }]);
  });
});

describe('options in an object of their own for each call', () => {
  test('that are changed between two calls count as they are then', () => {
    const options: { trustCode?: boolean } = { trustCode: true };
    const bytes = serialize(() => 1);
    expect(deserialize(bytes, options)).toBeInstanceOf(Function);
    options.trustCode = false;
    expect(failure(() => deserialize(bytes, options))).toMatchObject({ code: 'MP_UNTRUSTED' });
  });

  test('differ where a key, a limit or a reducer differs', () => {
    const key = new Uint8Array(32);
    const bytes = serialize(() => 1, { key: new Uint8Array(32) });
    expect(deserialize(bytes, { key })).toBeInstanceOf(Function);
    key[0] = 1;
    expect(failure(() => deserialize(bytes, { key }))).toMatchObject({ code: 'MP_SIGNATURE' });
    expect(deserialize(serialize([1, 2]), { limits: { maxNodes: 9 } })).toEqual([1, 2]);
    expect(failure(() => deserialize(serialize([1, 2]), { limits: { maxNodes: 1 } }))).toMatchObject({
      code: 'MP_LIMIT',
    });
  });
});

describe('the codec', () => {
  const context = { trust: 'trusted' } as const;
  const encoder = serializeCodec.createEncoder(context);
  const decoder = serializeCodec.createDecoder(context);

  test.each([
    [
      'in one payload',
      (value: unknown) => serializeCodec.encode(value, context),
      (value: unknown) => serializeCodec.prepareEncode(value, context),
      (payload: Payload) => serializeCodec.decode(payload, context),
    ],
    [
      'in a session',
      (value: unknown) => encoder.encode(value),
      (value: unknown) => encoder.prepare(value),
      (payload: Payload) => decoder.decode(payload),
    ],
  ] as const)(
    'takes Blobs, wherever they are, after one round of preparing: %s',
    async (_, encode, prepare, decode) => {
      const [one, two] = [new Blob(['one']), new Blob(['two'])];
      const value = { one, read: () => two.text() };
      expect(failure(() => encode(value))).toMatchObject({ code: 'MP_NOT_PREPARED' });
      await prepare(value);
      const copy = decode(encode(value)) as typeof value;
      expect([await copy.one.text(), await copy.read()]).toEqual(['one', 'two']);
    },
  );

  test('has nothing to prepare where there are no Blobs', () => {
    expect(serializeCodec.prepareEncode({ a: [1] }, context)).toBeUndefined();
  });

  test('refuses shared memory where the channel carries bytes only', () => {
    const value = { memory: new Int32Array(new SharedArrayBuffer(8)) };
    expect(failure(() => serializeCodec.encode(value))).toMatchObject({
      code: 'MP_ATTACHMENT',
      path: 'value.memory.buffer',
    });
  });
});
