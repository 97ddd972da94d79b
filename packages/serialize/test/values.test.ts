import { types } from 'node:util';
import { runInNewContext, runInThisContext } from 'node:vm';
import { clone, deserialize, serialize } from '@mp/serialize';
import { difference } from './support/difference.js';

const exact = (value: unknown) => expect(difference(deserialize(serialize(value)), value)).toBeUndefined();
/** For what counts as code: accessors, and prototypes that are not those of plain kinds. */
const trusted = (value: unknown) =>
  expect(difference(deserialize(serialize(value), { trustCode: true }), value)).toBeUndefined();
const define = Object.defineProperty;
/** A flag that the compiler's target does not know in a literal. */
const UNICODE_SETS = 'v';
/** An array with holes where the argument has the string 'hole'. */
const holey = (...parts: unknown[]) => {
  const array = new Array<unknown>(parts.length);
  for (const [i, part] of parts.entries()) if (part !== 'hole') array[i] = part;
  return array;
};

describe('primitive values arrive exactly:', () => {
  test.each([
    undefined,
    null,
    true,
    false,
    0,
    -0,
    1,
    -1,
    63,
    64,
    127,
    128,
    255,
    256,
    65535,
    65536,
    -32,
    -33,
    -128,
    -129,
    -32768,
    -32769,
    2 ** 31 - 1,
    -(2 ** 31),
    2 ** 31,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 53,
    -(2 ** 53),
    0.1,
    5e-324,
    1.7976931348623157e308,
    Number.NaN,
    Infinity,
    -Infinity,
  ])('%p', exact);

  test.each([
    0n,
    1n,
    -1n,
    2n ** 63n,
    2n ** 64n - 1n,
    2n ** 64n,
    -(2n ** 63n),
    -(2n ** 63n) - 1n,
    2n ** 200n + 1n,
    -(2n ** 4095n) + 7n,
  ])('%pn', exact);

  test('a big integer of two million bits', () => exact(2n ** 2_000_000n - 12345n));

  test.each([
    ['empty', ''],
    ['ASCII of 31 characters', 'a'.repeat(31)],
    ['ASCII of 32', 'b'.repeat(32)],
    ['ASCII of 47', 'c'.repeat(47)],
    ['ASCII of 48', 'd'.repeat(48)],
    ['ASCII of 255', 'e'.repeat(255)],
    ['ASCII of 256', 'f'.repeat(256)],
    ['ASCII of 65535', 'g'.repeat(65535)],
    ['ASCII of 65536', 'h'.repeat(65536)],
    ['a little Latin-1', 'é'],
    ['Latin-1 of 15', 'é'.repeat(15)],
    ['Latin-1 of 16', 'é'.repeat(16)],
    ['much Latin-1', 'é'.repeat(1000)],
    ['Latin-1 after much ASCII', `${'a'.repeat(100_000)}é`],
    ['Cyrillic', 'ж'.repeat(1000)],
    ['emoji', '😀'.repeat(500)],
    ['emoji after much ASCII', `${'a'.repeat(100_000)}😀`],
    ['a byte order mark', '\ufeffx'],
    ['a lone surrogate', '\ud800'],
    ['two in the wrong order', 'a\udc00\ud800b'],
    ['one after much ASCII', `${'a'.repeat(1000)}\udfff`],
    ['one after an emoji', '😀\ud83d'],
    ['zeros', '\0\0'],
    ['U+2028', '\u2028\u2029'],
  ])('a string: %s', (_, text) => exact([text, { [text]: text }]));
});

describe('ordinary objects arrive exactly:', () => {
  class Plain {}
  test.each<[string, () => unknown]>([
    ['an empty one', () => ({})],
    ['the order of keys', () => ({ b: 1, a: 2, 10: 3, 9: 4 })],
    ['an own __proto__', () => JSON.parse('{"__proto__": {"x": 1}, "a": 1}')],
    [
      'many with an own __proto__',
      () => Array.from({ length: 50 }, () => JSON.parse('{"__proto__": {"x": 1}, "a": 1}')),
    ],
    ['names of what objects inherit', () => ({ constructor: 1, toString: 2, valueOf: 3, __defineGetter__: 4 })],
    ['a million keys', () => Object.fromEntries(Array.from({ length: 1_000_000 }, (_, i) => [`k${i}`, i]))],
    [
      '128 and 129 keys',
      () => [128, 129].map((n) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, i]))),
    ],
    ['20 000 shapes', () => Array.from({ length: 20_000 }, (_, i) => ({ id: i, [`a${i}`]: 1, [`b${i % 7}`]: 2 }))],
    ['a null prototype', () => Object.assign(Object.create(null), { a: { b: Object.create(null) } })],
    [
      'many with a null prototype',
      () => Array.from({ length: 50 }, (_, i) => Object.assign(Object.create(null), { i })),
    ],
    ['an object as prototype', () => Object.assign(Object.create({ inherited: 1 }), { own: 2 })],
    ['symbol keys', () => ({ [Symbol.iterator]: 1, [Symbol.for('x')]: 2, [Symbol('u')]: 3, [Symbol()]: 4, a: 5 })],
    ['a hidden property', () => define({ a: 1 }, 'h', { value: 2, writable: true, configurable: true })],
    ['a read-only property', () => define({ a: 1 }, 'r', { value: 2, enumerable: true, configurable: true })],
    ['one that cannot be deleted', () => define({ a: 1 }, 'r', { value: 2, enumerable: true, writable: true })],
    ['a hidden symbol key', () => define({}, Symbol.for('s'), { value: 1 })],
    [
      'an accessor without functions',
      () => define({}, 'a', { set: (() => undefined as never)(), enumerable: true, configurable: true }),
    ],
    ['frozen', () => Object.freeze({ a: { b: 1 }, [Symbol.for('s')]: 1 })],
    ['sealed', () => Object.seal({ a: { b: 1 } })],
    ['not extensible', () => Object.preventExtensions({ a: { b: 1 } })],
    ['frozen and empty', () => [Object.freeze({}), Object.freeze([]), Object.seal({}), Object.preventExtensions([])]],
    [
      'frozen in a cycle',
      () => {
        const o: Record<string, unknown> = {};
        o['o'] = [o];
        return Object.freeze(o);
      },
    ],
    [
      'one odd among many alike',
      () => {
        const list = Array.from({ length: 500 }, (_, i) => ({ a: i, b: 'x' }));
        define(list[400], 'a', { writable: false });
        Object.freeze(list[410]);
        define(list[420], Symbol.for('s'), { value: 1 });
        Object.preventExtensions(list[430]);
        return list;
      },
    ],
    ['a prototype that is an instance', () => Object.create(Object.create(Object.create({ a: 1 })))],
  ])('%s', (_, make) => trusted(make()));

  test('without a code engine an instance of a class is refused or kept, never flattened', () => {
    let copy: unknown;
    try {
      copy = clone(new Plain());
    } catch (error) {
      expect(error).toMatchObject({ code: 'MP_UNSUPPORTED', path: 'value' });
      return;
    }
    expect(Object.getPrototypeOf(copy)).not.toBe(Object.prototype);
  });
});

describe('arrays arrive exactly:', () => {
  test.each<[string, () => unknown]>([
    ['holes', () => holey('hole', 1, 'hole', holey('hole', 'hole'), undefined)],
    ['only holes', () => new Array(5)],
    ['many holes', () => Object.assign(new Array(70_000), { 5: 'a', 69999: 'b' })],
    ['the longest', () => Object.assign([], { length: 2 ** 32 - 1 })],
    [
      'the longest with an element at its end',
      () => {
        const a: unknown[] = [];
        a[2 ** 32 - 2] = 'x';
        return a;
      },
    ],
    [
      'a number, then holes without end',
      () => {
        const a: unknown[] = [0.5];
        a.length = 2 ** 32 - 1;
        return a;
      },
    ],
    ['named properties', () => Object.assign([1, 2], { x: 1, '-1': 2, '01': 3, '4294967295': 4 })],
    [
      'named properties on a long one',
      () =>
        Object.assign(
          Array.from({ length: 1000 }, (_, i) => i),
          { x: 1 },
        ),
    ],
    [
      'a hidden named property on a long one',
      () =>
        define(
          Array.from({ length: 1000 }, (_, i) => i),
          'x',
          { value: 1 },
        ),
    ],
    ['a symbol key', () => Object.assign([1, 2, 3], { [Symbol.for('s')]: 1 })],
    [
      'a read-only element',
      () => define([1, 2, 3], 1, { value: 2, writable: false, enumerable: true, configurable: true }),
    ],
    ['a read-only length', () => define([1, 2, 3], 'length', { writable: false })],
    ['frozen', () => Object.freeze(holey(1, [2], 'hole', 3))],
    ['sealed with holes', () => Object.seal(holey(1, 'hole', 3))],
    ['small integers', () => Array.from({ length: 100 }, (_, i) => i - 50)],
    ['integers of 16 bits', () => Array.from({ length: 100 }, (_, i) => i * 300)],
    ['integers of 32 bits', () => Array.from({ length: 100 }, (_, i) => (i - 50) * 1e7)],
    ['integers beyond', () => Array.from({ length: 100 }, (_, i) => i * 1e9)],
    ['floats, -0 and NaN', () => [0.5, -0, 0, Number.NaN, Infinity, -Infinity, 1, 2, 3, 4]],
    ['-0 among integers', () => [1, 2, 3, -0, 4, 5, 6, 7, 8, 9]],
    ['numbers, then something else', () => [1, 2, 3, 4, 5, 6, 7, 8, 9, 'x']],
    ['floats, then something else', () => [0.5, 1.5, 3, 4, 5, 6, 7, 8, 9, undefined]],
    ['numbers, then a hole', () => holey(1, 2, 3, 4, 5, 6, 7, 8, 9, 'hole', 10)],
    ['dates', () => Array.from({ length: 20 }, (_, i) => new Date(i * 1e10))],
    ['one date many times', () => new Array(20).fill(new Date(1))],
    [
      'dates, one of them odd',
      () =>
        Object.assign(
          Array.from({ length: 20 }, (_, i) => new Date(i)),
          { 7: Object.assign(new Date(7), { x: 1 }) },
        ),
    ],
    ['dates and an invalid one', () => [...Array.from({ length: 20 }, (_, i) => new Date(i)), new Date(Number.NaN)]],
    ['strings', () => Array.from({ length: 3000 }, (_, i) => `string ${i}`)],
    ['strings of many lengths', () => Array.from({ length: 600 }, (_, i) => 'x'.repeat(i))],
    ['strings, some of them not ASCII', () => Array.from({ length: 200 }, (_, i) => (i % 50 === 49 ? 'ж' : `s${i}`))],
    [
      'strings, then something else',
      () => [...Array.from({ length: 20 }, (_, i) => `s${i}`), { a: 1 }, 'x', holey('hole'), 'y'],
    ],
    ['empty strings', () => new Array(100).fill('')],
    [
      'every length about the heads of blocks',
      () => Array.from({ length: 300 }, (_, n) => Array.from({ length: n }, (_, i) => i + 0.5)),
    ],
    [
      'padding beside strings',
      () =>
        Array.from({ length: 40 }, (_, n) => [
          'x'.repeat(n),
          Array.from({ length: 31 }, (_, i) => i + 0.5),
          Array.from({ length: 8190 + (n % 4) }, () => 0.5),
        ]),
    ],
  ])('%s', (_, make) => exact(make()));
});

describe('built-in objects arrive exactly:', () => {
  const buffer = () => Uint8Array.from({ length: 32 }, (_, i) => i).buffer;
  test.each<[string, () => unknown]>([
    ['dates', () => [new Date(0), new Date(-1.5e12), new Date(Number.NaN), Object.assign(new Date(5), { x: 1 })]],
    [
      'regular expressions',
      () => [/a/dgimsuy, new RegExp('[\\p{L}--[a-z]]', UNICODE_SETS), /\//, /(?:)/, /(?<a>.)\k<a>/],
    ],
    [
      'lastIndex',
      () => [
        Object.assign(/a/g, { lastIndex: 7 }),
        Object.assign(/a/, { lastIndex: -0 }),
        Object.assign(/b/y, { lastIndex: 2 ** 40, x: 1 }),
        define(/c/, 'lastIndex', { value: 3, writable: false }),
        Object.freeze(/d/g),
      ],
    ],
    [
      'Maps',
      () =>
        new Map<unknown, unknown>([
          [Number.NaN, 1],
          [-0, 2],
          [{}, 3],
          [new Map(), new Map([[1, 2]])],
        ]),
    ],
    ['Sets', () => new Set<unknown>([Number.NaN, undefined, [1], new Set([1])])],
    [
      'properties on Maps and Sets',
      () => [Object.assign(new Map([[1, 2]]), { x: 1 }), Object.assign(new Set([1]), { [Symbol.for('y')]: 1 })],
    ],
    [
      'frozen Maps and Dates',
      () => [Object.freeze(new Map([[1, 2]])), Object.seal(new Set([1])), Object.preventExtensions(new Date(1))],
    ],
    [
      'views that are not extensible, and sealed ones with properties',
      () => {
        // One that Object.seal refuses from V8 14 on.
        const view = Object.defineProperties(Uint8Array.of(1, 2), {
          length: { value: 1 },
          [Symbol.for('y')]: { value: 2 },
        });
        return [
          Object.preventExtensions(Uint8Array.of(1)),
          Object.preventExtensions(view),
          Object.seal(new DataView(new ArrayBuffer(1))),
        ];
      },
    ],
    [
      'Maps with another prototype',
      () => [
        Object.setPrototypeOf(new Map([[1, 2]]), null),
        Object.setPrototypeOf(new Map(), Object.prototype),
        Object.setPrototypeOf([1, 2], null),
      ],
    ],
    ['Dates under a plain prototype', () => Object.setPrototypeOf(new Date(5), Object.prototype)],
    [
      'boxed primitives',
      () => [
        Object(1),
        Object(-0),
        Object('str'),
        Object(true),
        Object(false),
        Object(5n),
        Object(Symbol.for('x')),
        Object.assign(Object('ab'), { x: 1, 7: 2 }),
      ],
    ],
    ['ArrayBuffers', () => [new ArrayBuffer(0), buffer(), Object.assign(buffer(), { x: 1 })]],
    [
      'typed arrays',
      () => [
        new Int8Array(buffer()),
        new Uint8Array(buffer()),
        new Uint8ClampedArray(buffer()),
        new Int16Array(buffer()),
        new Uint16Array(buffer()),
        new Int32Array(buffer()),
        new Uint32Array(buffer()),
        new Float32Array(buffer()),
        new Float64Array(buffer()),
        new BigInt64Array(buffer()),
        new BigUint64Array(buffer()),
        new DataView(buffer(), 3, 5),
      ],
    ],
    [
      'views of one buffer',
      () => {
        const b = buffer();
        return [b, new Uint8Array(b, 1, 3), new Float64Array(b, 8, 2), new DataView(b, 4), new Uint8Array(b)];
      },
    ],
    [
      'empty views',
      () => {
        const b = buffer();
        return [new Uint8Array(0), new Uint8Array(b, 32), new DataView(b, 32)];
      },
    ],
    ['Buffers', () => [Buffer.from('pooled'), Buffer.alloc(3), Buffer.alloc(0), Buffer.from(buffer())]],
    [
      'errors',
      () => [
        new Error('e'),
        new TypeError('t'),
        new RangeError(''),
        new SyntaxError(),
        new EvalError('e'),
        new URIError('u'),
        new ReferenceError('r'),
      ],
    ],
    ['causes', () => new Error('outer', { cause: new TypeError('inner', { cause: 'root' }) })],
    ['AggregateErrors', () => new AggregateError([new Error('a'), 'b'], 'all')],
    ['properties of errors', () => Object.assign(new Error('e'), { code: 'E', details: { a: 1 }, name: 'Custom' })],
    [
      'errors without a stack',
      () => {
        const e = new Error('e');
        Reflect.deleteProperty(e, 'stack');
        return e;
      },
    ],
    [
      'errors with another stack',
      () => {
        const e = new Error('e');
        e.stack = 'here';
        return e;
      },
    ],
    [
      'errors in a cycle',
      () => {
        const e = new Error('e') as Error & { self?: unknown };
        e.self = e;
        e.cause = [e];
        return e;
      },
    ],
    ['URLs', () => [new URL('https://u:p@example.com:8080/a?b=c#d'), new URLSearchParams('a=1&a=2&b=%20')]],
    [
      'symbols',
      () => {
        const s = Symbol('s');
        return [s, s, { [s]: s }, Symbol.iterator, Symbol.asyncIterator, Symbol.for('r'), Symbol(), Symbol('')];
      },
    ],
  ])('%s', (_, make) => {
    const value = make();
    expect(difference(deserialize(serialize(value)), value)).toBeUndefined();
  });

  test('the bytes of a pool that no Buffer shows do not travel', () => {
    const secret = Buffer.from('a secret in the same pool');
    const shown = Buffer.from('shown');
    const sent = Buffer.from(serialize(shown));
    expect(sent.includes('secret')).toBe(false);
    expect(sent.length).toBeLessThan(60);
    expect(secret.buffer).toBe(shown.buffer);
  });

  test('Buffers that overlap in a pool still do', () => {
    const whole = Buffer.from('one piece of memory');
    const copy = clone([whole.subarray(4, 9), whole.subarray(6, 12)]);
    copy[0]![2] = 0x21;
    expect(String(copy[1])).toBe('!ce of');
  });

  describe('a view of a resizable buffer', () => {
    type Memory = ArrayBuffer & { resize(n: number): void };
    const make = (...lengths: number[]) =>
      Reflect.construct(ArrayBuffer, [lengths[0], { maxByteLength: lengths[1] }]) as Memory;
    const lengthsOf = (memory: Memory, view: ArrayBufferView, ...lengths: number[]) =>
      lengths.map((length) => {
        memory.resize(length);
        try {
          return view.byteLength;
        } catch {
          return 'out of bounds';
        }
      });

    test.each([
      ['a length of its own', (memory: Memory) => new Uint8Array(memory, 0, 8)],
      ['no length of its own', (memory: Memory) => new Uint8Array(memory)],
      ['a length of its own, and less than an element is left', (memory: Memory) => new Uint16Array(memory, 2, 3)],
      ['no length of its own, and less than an element is left', (memory: Memory) => new Uint16Array(memory, 2)],
      ['no elements', (memory: Memory) => new Uint8Array(memory, 8)],
      ['a length of its own, as a DataView', (memory: Memory) => new DataView(memory, 2, 6)],
      ['no length of its own, as a DataView', (memory: Memory) => new DataView(memory, 2)],
    ])('that has %s keeps or follows its length, whatever the length of its buffer', (_, view) => {
      for (const [length, most] of [
        [8, 8],
        [8, 9],
        [8, 32],
        [9, 9],
      ] as const) {
        const memory = make(8, most);
        new Uint8Array(memory).set([1, 2, 3, 4, 5, 6, 7, 8]);
        const original = { memory, view: view(memory) };
        memory.resize(length);
        const copy = clone(original);
        const bytes = Array.from({ length }, (_, i) => (i < 8 ? i + 1 : 0));
        expect([...new Uint8Array(memory)]).toEqual(bytes);
        expect([...new Uint8Array(copy.memory)]).toEqual(bytes);
        const steps = [length, 7, 4, 1, most];
        expect(lengthsOf(copy.memory, copy.view, ...steps)).toEqual(lengthsOf(memory, original.view, ...steps));
      }
    });

    test.each([
      ['a typed array', (memory: Memory) => new Uint8Array(memory, 0, 8)],
      ['a typed array that follows', (memory: Memory) => new Uint8Array(memory, 4)],
      ['a DataView', (memory: Memory) => new DataView(memory, 0, 8)],
    ])('%s is refused where the buffer became too short for it', (_, view) => {
      const memory = make(8, 8);
      const value = { memory, view: view(memory) };
      memory.resize(2);
      expect(() => serialize(value)).toThrow(/^value\.view cannot be serialized: it is out of bounds/);
      memory.resize(8);
      expect(clone(value).view.byteLength).toBe(value.view.byteLength);
    });
  });

  test('a resizable buffer and a view that follows its length', () => {
    const Resizable = ArrayBuffer as unknown as new (n: number, o: object) => ArrayBuffer & { resize(n: number): void };
    const memory = new Resizable(4, { maxByteLength: 16 });
    const copy = clone({ memory, following: new Uint8Array(memory), fixed: new Uint8Array(memory, 0, 4) });
    copy.memory.resize(8);
    expect([copy.memory.byteLength, copy.following.length, copy.fixed.length]).toEqual([8, 8, 4]);
  });

  test('a SharedArrayBuffer is shared within the process', () => {
    const memory = new SharedArrayBuffer(8);
    const copy = clone({ view: new Int32Array(memory) });
    new Int32Array(memory)[1] = 7;
    expect(copy.view[1]).toBe(7);
    expect(copy.view.buffer).toBe(memory);
  });

  test('Intl objects have the options that they resolved to', () => {
    const made = [
      new Intl.NumberFormat('de', { style: 'currency', currency: 'EUR' }),
      new Intl.DateTimeFormat('fr', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }),
      new Intl.DateTimeFormat('en', { year: 'numeric', hour: '2-digit', hour12: true, timeZone: 'Asia/Tokyo' }),
      new Intl.Collator('sv', { sensitivity: 'base', numeric: true }),
      new Intl.PluralRules('ar', { type: 'ordinal' }),
      new Intl.ListFormat('en', { type: 'disjunction' }),
      new Intl.RelativeTimeFormat('es', { numeric: 'auto' }),
      new Intl.DisplayNames('en', { type: 'region' }),
      new Intl.Segmenter('ja', { granularity: 'word' }),
    ];
    const copies = clone(made);
    for (const [i, copy] of copies.entries()) {
      expect(Object.getPrototypeOf(copy)).toBe(Object.getPrototypeOf(made[i]));
      expect(copy.resolvedOptions()).toEqual(made[i]!.resolvedOptions());
    }
    expect(String(clone(new Intl.Locale('de-DE-u-co-phonebk')))).toBe('de-DE-u-co-phonebk');
  });

  test('arguments are arguments', () => {
    const copy = clone(runInThisContext(`(function () { "use strict"; return arguments; })(1, "b")`));
    expect(Object.prototype.toString.call(copy)).toBe('[object Arguments]');
    expect(Array.from(copy as ArrayLike<unknown>)).toEqual([1, 'b']);
  });

  test('Headers keep their pairs', () => {
    expect([
      ...clone(
        new Headers([
          ['a', '1'],
          ['set-cookie', 'x'],
          ['set-cookie', 'y'],
        ]),
      ),
    ]).toEqual([
      ['a', '1'],
      ['set-cookie', 'x'],
      ['set-cookie', 'y'],
    ]);
  });

  test('a DOMException keeps name, message and stack', () => {
    const made = new DOMException('m', 'AbortError');
    const copy = clone(made);
    expect([copy.name, copy.message, copy.code, copy.stack, copy instanceof DOMException]).toEqual([
      'AbortError',
      'm',
      20,
      made.stack,
      true,
    ]);
  });
});

test('a URL and its parameters stay one', () => {
  const url = new URL('http://a/?x=1');
  const copy = clone({ url, parameters: url.searchParams });
  copy.parameters.set('x', '2');
  expect([copy.url.href, copy.url.searchParams === copy.parameters]).toEqual(['http://a/?x=2', true]);
});

test('a setter on Object.prototype is never hit', () => {
  for (let i = 0; i < 5; i++) deserialize(serialize({ watched: i }));
  let hits = 0;
  Object.defineProperty(Object.prototype, 'watched', { set: () => hits++, configurable: true });
  try {
    expect(Object.entries(deserialize(serialize({ watched: 7 })) as object)).toEqual([['watched', 7]]);
    expect(hits).toBe(0);
  } finally {
    Reflect.deleteProperty(Object.prototype, 'watched');
  }
});

describe('values of another realm arrive as values of this one:', () => {
  test.each([
    ['({ a: [1, { b: new Map([[1, new Set([2])]]) }] })'],
    ['[new Date(5), /x/g, new Error("e").message, Object(1), new Uint8Array([1, 2]), Object.create(null)]'],
    ['new TypeError("t") instanceof TypeError'],
  ])('%s', (text) => {
    const copy = deserialize(serialize(runInNewContext(text)));
    expect(difference(copy, runInThisContext(text))).toBeUndefined();
  });

  test('an error is an instance of this realm', () => {
    expect(deserialize(serialize(runInNewContext('new TypeError("t")')))).toBeInstanceOf(TypeError);
  });
});

describe('identity is kept:', () => {
  test.each<[string, () => unknown]>([
    [
      'one object in many places',
      () => {
        const o = { a: 1 };
        return [o, o, { o }, new Map([[o, o]]), new Set([o])];
      },
    ],
    [
      'cycles',
      () => {
        const a: unknown[] = [];
        const m = new Map();
        const s = new Set();
        a.push(a, m, s);
        m.set(m, a).set(a, s);
        s.add(s).add(m);
        return a;
      },
    ],
    [
      'dates, buffers, errors and boxes',
      () => {
        const d = new Date(1);
        const b = Buffer.from('x');
        const e = new Error('e');
        const n = Object(1);
        return [d, d, b, b, e, e, n, n];
      },
    ],
    [
      'a cycle through a prototype',
      () => {
        const p: Record<string, unknown> = {};
        const o = Object.create(p);
        p['child'] = o;
        return [p, o];
      },
    ],
    [
      'a thousand million paths',
      () => {
        let n: unknown = {};
        for (let i = 0; i < 60; i++) n = [n, n];
        return n;
      },
    ],
  ])('%s', (_, make) => trusted(make()));
});

describe('objects of the host, and those that only look like them', () => {
  const holders: Record<string, object> = {
    'Array.prototype': Array.prototype,
    'Number.prototype': Number.prototype,
    'String.prototype': String.prototype,
    'Boolean.prototype': Boolean.prototype,
    'Blob.prototype': Blob.prototype,
    'Headers.prototype': Headers.prototype,
    'URL.prototype': URL.prototype,
  };
  for (const [name, holder] of Object.entries(holders)) {
    test(`${name}, which is of the kind that it is the prototype of or inherits from, arrives as itself`, () => {
      expect((clone({ holder }) as { holder: object }).holder).toBe(holder);
    });

    test(`an object that inherits from ${name} is no member of the class, and arrives as what it is`, () => {
      const object = Object.create(holder, { own: { value: 1, enumerable: true, writable: true, configurable: true } });

      const copy = clone(object) as object;

      expect(Object.getPrototypeOf(copy)).toBe(holder);
      expect(Object.getOwnPropertyNames(copy)).toEqual(['own']);
    });
  }

  test('Array.prototype arrives as itself where its place is needed before its content', () => {
    const bound = function (this: unknown) {
      return this;
    }.bind(Array.prototype);

    const copy = clone({ bound, holder: Array.prototype }) as { bound: () => unknown; holder: unknown };

    expect(copy.bound()).toBe(Array.prototype);
    expect(copy.holder).toBe(Array.prototype);
  });

  for (const [name, make] of Object.entries({
    'an array': () => [],
    'a Map': () => new Map(),
    'an error': () => withoutStack(new Error('')),
  })) {
    test(`an instance of a function whose prototype is ${name} keeps it`, () => {
      function Owner(): void {
        // Only its prototype matters.
      }
      Owner.prototype = Object.assign(make(), { constructor: Owner });
      const instance = Reflect.construct(Owner, []) as object;

      const copy = clone({ instance, Owner }) as { instance: object; Owner: () => void };

      expect(copy.instance).toBeInstanceOf(copy.Owner);
      expect(Object.getPrototypeOf(copy.instance)).toBe(copy.Owner.prototype);
    });
  }

  /** From V8 12 on the stack is an accessor of the engine's, which cannot travel with a prototype. */
  function withoutStack(error: Error): Error {
    Reflect.deleteProperty(error, 'stack');
    return error;
  }

  test('an instance of a class that extends one of the host arrives with its state, its class and its own private fields', () => {
    class Address extends URL {
      #visits = 1;
      visit(): number {
        return this.#visits++;
      }
    }
    class Query extends URLSearchParams {}
    class Head extends Headers {}
    const address = new Address('https://example.com/?a=1');
    address.visit();

    const copy = clone({ address, query: new Query('b=2'), head: new Head({ c: '3' }), Address }) as {
      address: Address;
      query: URLSearchParams;
      head: Headers;
      Address: typeof Address;
    };

    expect(copy.address).toBeInstanceOf(copy.Address);
    expect(copy.address.href).toBe('https://example.com/?a=1');
    expect(copy.address.visit()).toBe(2);
    copy.address.searchParams.set('a', '5');
    expect(copy.address.search).toBe('?a=5');
    expect(copy.query.get('b')).toBe('2');
    expect(copy.head.get('c')).toBe('3');
  });
});

describe('the parameters of a URL', () => {
  for (const [order, make] of Object.entries({
    'before it': (url: URL) => [url.searchParams, url],
    'after it': (url: URL) => [url, url.searchParams],
    'before it, which leads back to them': (url: URL) => [
      url.searchParams,
      Object.assign(url, { own: url.searchParams }),
    ],
    'in a Map under themselves': (url: URL) => [new Map([[url.searchParams, url]]), url],
  })) {
    test(`that are met ${order} stay its parameters`, () => {
      for (let i = 0; i < 3; i++) {
        const copy = clone(make(new URL('https://example.com/?a=1'))) as unknown[];

        const url = copy.find((one) => one instanceof URL) as URL;
        const first =
          copy[0] instanceof Map ? [...copy[0].keys()][0] : copy.find((one) => one instanceof URLSearchParams);
        expect(first).toBe(url.searchParams);
        url.searchParams.set('a', '2');
        expect(url.search).toBe('?a=2');
        if ('own' in url) expect(url.own).toBe(url.searchParams);
      }
    });
  }

  test('travel alone where the URL is left out, whatever was sent before', () => {
    const url = new URL('https://user:secret@example.com/?a=1');
    const before = serialize(url.searchParams);
    clone([url.searchParams, url]);

    expect(serialize(url.searchParams)).toEqual(before);
    expect(Buffer.from(before).includes('secret')).toBe(false);
  });
});

describe('a built-in object under the prototype of an ordinary one stays what it is', () => {
  class Ordinary {}
  const kinds: Record<string, readonly [make: () => object, is: (value: unknown) => boolean]> = {
    'a Map': [() => new Map([[1, 2]]), types.isMap],
    'a Set': [() => new Set([1]), types.isSet],
    'a Date': [() => new Date(5), types.isDate],
    'a regular expression': [() => /x/g, types.isRegExp],
    'an error': [() => new Error('message'), types.isNativeError],
    'an array': [() => [1, 2, 3], Array.isArray],
    'a view': [() => new Uint8Array([1, 2]), types.isUint8Array],
    'a DataView': [() => new DataView(new ArrayBuffer(2)), types.isDataView],
    'a buffer': [() => new ArrayBuffer(2), types.isArrayBuffer],
    'a shared buffer': [() => new SharedArrayBuffer(2), types.isSharedArrayBuffer],
    'a boxed number': [() => Object(5) as object, types.isNumberObject],
    'a boxed string': [() => Object('text') as object, types.isStringObject],
    'a boxed symbol': [() => Object(Symbol.iterator) as object, types.isSymbolObject],
    'a settled promise': [() => Promise.resolve(1), types.isPromise],
    'a WeakMap': [() => new WeakMap(), types.isWeakMap],
    arguments: [() => argumentsOf(1, 2), types.isArgumentsObject],
  };
  const prototypes = { 'of a class': Ordinary.prototype, '{}': {}, 'Object.prototype': Object.prototype };
  for (const [name, [make, is]] of Object.entries(kinds)) {
    for (const [where, prototype] of Object.entries(prototypes)) {
      test(`${name} under ${where}, with and without an own property`, () => {
        const bare = Object.setPrototypeOf(make(), prototype) as object;
        const own = Object.setPrototypeOf(Object.assign(make(), { own: 1 }), prototype) as object;

        const copies = clone([{ plain: 1 }, bare, own]) as object[];

        expect(copies.slice(1).map(is)).toEqual([true, true]);
        expect((copies[2] as { own: number }).own).toBe(1);
        if (prototype === Object.prototype) expect(Object.getPrototypeOf(copies[1])).toBe(Object.prototype);
      });
    }
  }

  function argumentsOf(..._given: unknown[]): object {
    // biome-ignore lint/complexity/noArguments: the object itself is wanted
    return arguments;
  }
});

test('an error whose stack the engine cannot format, because its name is the error itself, arrives with one that can be read', () => {
  const error = new RangeError('around');
  Object.assign(error, { name: error });
  expect(() => error.stack).toThrow(RangeError);
  const copy = deserialize(serialize(error)) as typeof error;
  expect(copy.name).toBe(copy);
  expect(copy.stack).toBe('RangeError');
});

test('the stack of an error is kept in the way in which the engine keeps it', () => {
  const error = new Error('message');
  error.stack = 'Error: message\n    at somewhere';
  const { get, set, ...rest } = Object.getOwnPropertyDescriptor(error, 'stack')!;

  for (const copy of [clone(error), (clone({ error: Object.freeze(error) }) as { error: Error }).error]) {
    const own = Object.getOwnPropertyDescriptor(copy, 'stack')!;
    expect(copy.stack).toBe('Error: message\n    at somewhere');
    expect([own.get, own.set]).toEqual([get, set]);
    if (!Object.isFrozen(copy)) expect(own).toEqual({ get, set, ...rest });
  }
});

test('memory that hides its length behind another prototype or a property of its own arrives with all its bytes', () => {
  const hidden = Object.setPrototypeOf(Uint8Array.from([1, 2, 3]).buffer, {}) as ArrayBuffer;
  const claims = Object.defineProperty(Uint8Array.from([4, 5, 6]).buffer, 'byteLength', { value: 1 });
  const seen = new Uint8Array(Object.setPrototypeOf(Uint8Array.from([7, 8, 9]).buffer, null) as ArrayBuffer, 1);

  const copies = clone([hidden, claims, seen]) as [ArrayBuffer, ArrayBuffer, Uint8Array];

  expect([...new Uint8Array(copies[0])]).toEqual([1, 2, 3]);
  expect([...new Uint8Array(copies[1])]).toEqual([4, 5, 6]);
  expect([...copies[2]]).toEqual([8, 9]);
});
