import { runInNewContext } from 'node:vm';
import type { SerializeError } from '@mp/codec';
import { structuredCloneCodec as codec } from '@mp/codec/structured-clone';

class Money {
  readonly amount = 1;
}

class Registry extends Map {}

const revoked = Proxy.revocable({}, {});
revoked.revoke();

/** What structured clone would lose or alter without a word. */
const REFUSED: readonly (readonly [what: string, value: unknown, part: string])[] = [
  ['a function', () => 1, 'function'],
  ['a class', Money, 'the function Money'],
  ['a symbol', Symbol('s'), 'Symbol(s)'],
  ['a class instance', new Money(), 'an instance of Money'],
  ['an instance of a Map subclass', new Registry(), 'a kind of Map'],
  ['an error subclass', new (class AppError extends Error {})('m'), 'a kind of Error'],
  ['a proxy', new Proxy({}, {}), 'a Proxy'],
  ['a revoked proxy', revoked.proxy, 'a Proxy'],
  ['a promise', Promise.resolve(1), 'an instance of Promise'],
  ['a WeakMap', new WeakMap(), 'an instance of WeakMap'],
  ['a URL', new URL('http://a.b'), 'an instance of URL'],
  [
    'an accessor',
    {
      get a() {
        return 1;
      },
    },
    'an accessor',
  ],
  ['a symbol key', { [Symbol.iterator]: 1 }, 'a symbol key'],
  ['a hidden property', Object.defineProperty({}, 'h', { value: 1 }), 'not enumerable'],
  ['a read-only property', Object.defineProperty({}, 'r', { value: 1, enumerable: true }), 'read-only'],
  ['a property on a Date', Object.assign(new Date(0), { zone: 'utc' }), 'properties of its own'],
  [
    'an arguments object',
    (function () {
      // biome-ignore lint/complexity/noArguments: an arguments object is what the row is about
      return arguments;
    })(),
    'an arguments object',
  ],
  ['an array with another prototype', Object.setPrototypeOf([], null), 'a kind of Array'],
];

describe('the structured-clone codec refuses', () => {
  test.each(REFUSED)('%s, naming the path', (_, value, part) => {
    let error: SerializeError | undefined;
    try {
      codec.encode({ args: [0, { config: value }] }, {}, 'task');
    } catch (thrown) {
      error = thrown as SerializeError;
    }
    expect(error).toMatchObject({ name: 'SerializeError', code: 'MP_UNSUPPORTED' });
    expect(error?.path).toMatch(/^task\.args\[1\]\.config/);
    expect(error?.message).toContain(part);
    expect(error?.message).toContain('@mp/serialize');
  });

  test('a part of a Map or a Set, naming its key or place', () => {
    const encode = () => codec.encode({ byName: new Map([['x', new Set([1, () => 1])]]) });
    expect(encode).toThrow(expect.objectContaining({ path: 'value.byName.get("x").values()[1]' }));
  });
});

test('objects of another realm are recognised by kind', () => {
  const foreign: unknown = runInNewContext(
    '({ m: new Map([[1, [2]]]), d: new Date(5), e: new TypeError("t"), r: /x/g })',
  );
  const arrived = codec.decode(codec.encode(foreign)) as { m: Map<number, number[]>; d: Date; e: Error; r: RegExp };
  expect(arrived.m.get(1)).toEqual([2]);
  expect(arrived.d.getTime()).toBe(5);
  expect(arrived.e).toBeInstanceOf(TypeError);
  expect(arrived.r.flags).toBe('g');
});

test('a Buffer takes no foreign bytes of its pool along', () => {
  const secret = Buffer.from('a secret of somebody else');
  const { body } = codec.encode(Buffer.from('mine'));
  expect(secret.buffer).toBe(Buffer.from('x').buffer);
  expect(Buffer.from(body).includes('secret')).toBe(false);
});
