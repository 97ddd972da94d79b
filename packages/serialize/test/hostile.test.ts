import { DEFAULT_LIMITS, SerializeError } from '@mp/codec';
import { deserialize, serialize } from '@mp/serialize';
import { checksum, mutate, random, SAMPLES } from './support/mutations.js';

/** Decodes bytes of anybody's. @returns What became of it: a value, or the code of a typed error. */
function attempt(bytes: Uint8Array): string {
  try {
    deserialize(bytes);
    return 'value';
  } catch (error) {
    if (error instanceof SerializeError) return error.code;
    throw error;
  }
}

describe('hostile bytes end in a value or a typed error:', () => {
  test('damage is an error, and never another value', () => {
    const bytes = serialize(SAMPLES[0]);
    for (let i = 0; i < 4000; i++) {
      const damaged = bytes.slice();
      const at = random() % damaged.length;
      damaged[at] = damaged[at]! ^ (1 + (random() % 255));
      expect(attempt(damaged)).not.toBe('value');
    }
  });

  test('mutations whose checksum was made to fit', () => {
    const before = Reflect.ownKeys(Object.prototype).length;
    for (const sample of SAMPLES) {
      const bytes = serialize(sample);
      for (let i = 0; i < 1500; i++) attempt(checksum(mutate(bytes)));
    }
    expect(Reflect.ownKeys(Object.prototype)).toHaveLength(before);
  });

  test('random bytes behind a header that fits', () => {
    for (let i = 0; i < 20_000; i++) {
      const body = new Uint8Array(10 + (random() % 60)).map(() => random());
      attempt(checksum(body, [0, 1, 2, 3][i % 4]));
    }
  });

  const array32 = [0xdd, 0xff, 0xff, 0xff, 0xff];
  test.each<[string, number[]]>([
    ['an array of 2 ** 32 elements', array32],
    ['arrays of 2 ** 24 elements, nested', Array.from({ length: 100 }, () => [0xdd, 1, 0, 0, 0]).flat()],
    ['a map of 2 ** 32 entries', [0xdf, 0xff, 0xff, 0xff, 0xff]],
    ['a Set of 2 ** 32 members', [0xd6, 12, 0xff, 0xff, 0xff, 0xff]],
    ['an object of 2 ** 32 keys', [0xd6, 19, 0xff, 0xff, 0xff, 0xff]],
    ['a shape of 2 ** 31 keys', [0xd6, 2, 0xff, 0xff, 0xff, 0xff]],
    ['a string of 4 GB', [0xdb, 0xff, 0xff, 0xff, 0xff]],
    ['a block of 4 GB', [0xc9, 0xff, 0xff, 0xff, 0xff, 8]],
    ['a hundred thousand nested arrays', new Array(100_000).fill(0x91)],
    ['a hundred thousand nested kinds', Array.from({ length: 100_000 }, () => [0xd4, 13, 0, 1]).flat()],
    ['a hundred thousand shells', Array.from({ length: 100_000 }, () => [0xd4, 14, 0]).flat()],
    ['2 ** 32 records of one shape', [0x91, 0xd6, 21, 0xff, 0xff, 0xff, 0xff, 0xd4, 2, 2, 0xa1, 0x61]],
    ['records without properties', [0x92, 0xd4, 21, 2, 0xd4, 2, 0, 0x90, 0x90]],
    ['records beyond the end of their array', [0x91, 0xd4, 21, 2, 0xd4, 2, 2, 0xa1, 0x61, 0x92, 1, 2]],
    ['no records', [0x91, 0xd4, 21, 0, 0xd4, 2, 2, 0xa1, 0x61, 0x90]],
    ['records of a shape that is not there', [0x92, 0xd4, 21, 2, 0x45, 0x92, 1, 2]],
    ['records of a class', [0x92, 0xd4, 21, 2, 0xd4, 2, 3, 0xa1, 0x61, 0, 0x92, 1, 2]],
    ['records with too few values', [0x92, 0xd4, 21, 2, 0xd4, 2, 2, 0xa1, 0x61, 0x91, 1, 2, 3, 4]],
    ['records with too many values', [0x92, 0xd4, 21, 2, 0xd4, 2, 2, 0xa1, 0x61, 0x93, 1, 2, 3, 4]],
    [
      'records whose values are numbers of another count',
      [0x92, 0xd4, 21, 2, 0xd4, 2, 2, 0xa1, 0x61, 0xc7, 4, 8, 0, 1, 2, 3],
    ],
    ['records whose values are no list', [0x92, 0xd4, 21, 2, 0xd4, 2, 2, 0xa1, 0x61, 0xa2, 0x61, 0x62]],
    ['records outside an array', [0xd4, 21, 1, 0xd4, 2, 2, 0xa1, 0x61, 0x91, 1]],
    [
      'a hundred thousand nested records',
      Array.from({ length: 100_000 }, () => [0x91, 0xd4, 21, 1, 0xd4, 2, 2, 0xa1, 0x61]).flat(),
    ],
    ['a reference to nothing', [0xd6, 1, 0xff, 0xff, 0xff, 0xff]],
    ['a bound function', [0xd4, 13, 5, 0xc0, 0xc0, 0]],
    ['an unknown kind', [0xd4, 13, 200]],
    ['the token that is never used', [0xc1]],
    ['a regular expression that is none', [0xd4, 13, 25, 0xa1, 0x28, 0xa0, 0]],
    ['a view beyond its memory', [0xd4, 13, 12, 1, 0, 0, 9]],
  ])('%s', (_, tokens) => {
    const started = process.memoryUsage().rss;
    expect(attempt(checksum(Uint8Array.from([...new Array(10).fill(0), ...tokens]), 1))).toMatch(/^MP_/);
    expect(process.memoryUsage().rss - started).toBeLessThan(100e6);
  });

  test('a sparse array is long and takes no memory', () => {
    const array = deserialize(
      checksum(Uint8Array.from([...new Array(10).fill(0), 0xd4, 13, 3, 0xce, 1, 0xff, 0xff, 0xff, 0])),
    ) as unknown[];
    expect(array).toHaveLength(0x1ffffff);
  });

  test.each([
    ['truncated', (b: Uint8Array) => b.slice(0, -3), 'MP_TRUNCATED'],
    ['empty', () => new Uint8Array(0), 'MP_TRUNCATED'],
    ['damaged', (b: Uint8Array) => b.map((x, i) => (i === 14 ? x ^ 1 : x)), 'MP_DAMAGED'],
    ['followed by more', (b: Uint8Array) => Uint8Array.from([...b, 0]), 'MP_DAMAGED'],
    [
      'of a newer format',
      (b: Uint8Array) =>
        checksum(
          b.map((x, i) => (i === 6 ? 9 : x)),
          undefined,
          9,
        ),
      'MP_NEWER_FORMAT',
    ],
    ['of another format', () => new TextEncoder().encode('{"json": "text"}'), 'MP_FOREIGN_PAYLOAD'],
  ])('bytes that are %s', (_, change, code) => {
    expect(attempt(change(serialize({ a: 1, b: ['text'] })))).toBe(code);
  });

  test('bytes beyond a limit are refused', () => {
    const deep = serialize([[[[[1]]]]]);
    expect(() => deserialize(deep, { limits: { maxDepth: 3 } })).toThrow(/maxDepth/);
    expect(() => deserialize(serialize([1, 2, 'a', {}]), { limits: { maxNodes: 2 } })).toThrow(/maxNodes/);
    expect(() => deserialize(deep, { limits: { maxBodyBytes: 5 } })).toThrow(/maxBodyBytes/);
    expect(DEFAULT_LIMITS.maxDepth).toBeGreaterThan(2_000_000);
  });

  test('an own __proto__ stays data', () => {
    const value = deserialize(
      serialize(JSON.parse('[{"__proto__": {"polluted": 1}}, {"constructor": {"prototype": {"polluted": 1}}}]')),
    );
    expect(JSON.stringify(value)).toContain('polluted');
    expect('polluted' in {}).toBe(false);
  });
});

describe('code needs trust:', () => {
  const ways: [string, () => unknown][] = [
    ['a function', () => () => 1],
    ['a class', () => class {}],
    [
      'an instance',
      () =>
        new (class {
          x = 1;
        })(),
    ],
    [
      'an accessor',
      () => ({
        get a() {
          return 1;
        },
      }),
    ],
    ['a built-in function', () => [parseInt]],
    // biome-ignore lint/suspicious/noThenProperty: the attack
    ['a thenable', () => ({ then: process.exit.bind(null, 1) })],
    ['toJSON', () => ({ toJSON: Array.prototype.join })],
    ['a proxy', () => new Proxy({}, {})],
    ['an object of the host', () => ({ process })],
    ['an object under a prototype of its own', () => Object.create({ a: 1 })],
    ['a Map of another class', () => new (class extends Map {})()],
  ];
  const key = new Uint8Array(32).fill(7);

  test.each(ways)('%s is refused in unsigned bytes', (_, make) => {
    expect(attempt(serialize(make()))).toBe('MP_UNTRUSTED');
  });

  test.each(ways)('%s arrives with the key that signed it, and with no other', (_, make) => {
    const signed = serialize(make(), { key });
    expect(() => deserialize(signed, { key })).not.toThrow();
    expect(() => deserialize(signed)).toThrow(expect.objectContaining({ code: 'MP_UNTRUSTED' }));
    expect(() => deserialize(signed, { key: new Uint8Array(32) })).toThrow(
      expect.objectContaining({ code: 'MP_SIGNATURE' }),
    );
  });

  test.each(ways)('%s arrives where the caller says so', (_, make) => {
    expect(() => deserialize(serialize(make()), { trustCode: true })).not.toThrow();
  });

  test('a signed payload cannot be changed', () => {
    const signed = serialize({ f: () => 1, amount: 10 }, { key });
    for (let i = 10; i < signed.length; i++) {
      const forged = checksum(signed.map((byte, at) => (at === i ? byte ^ 1 : byte)));
      expect(() => deserialize(forged, { key })).toThrow(SerializeError);
    }
  });

  test('data needs no signature', () => {
    const bytes = serialize({ a: [1, new Map()] }, { key });
    expect(deserialize(bytes)).toEqual({ a: [1, new Map()] });
    expect(bytes).toEqual(serialize({ a: [1, new Map()] }));
  });
});
