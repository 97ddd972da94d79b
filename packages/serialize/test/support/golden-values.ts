/** Values whose bytes are kept as files, one for each part of the format. */
export const GOLDEN: readonly (readonly [string, () => unknown])[] = [
  [
    'scalars',
    () => [
      undefined,
      null,
      true,
      false,
      0,
      -0,
      63,
      64,
      255,
      65_535,
      2 ** 31,
      2 ** 32,
      -1,
      -33,
      -129,
      -40_000,
      0.5,
      Number.NaN,
    ],
  ],
  ['bigints', () => [0n, -1n, 2n ** 64n - 1n, -(2n ** 63n), 2n ** 70n, -(2n ** 70n)]],
  ['strings', () => ['', 'ascii', 'é', 'ж'.repeat(64), 'é'.repeat(64), 'a'.repeat(300), '\ud800', '😀']],
  ['records', () => Array.from({ length: 70 }, (_, i) => ({ [`key${i}`]: i, id: i }))],
  ['dictionary', () => Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`k${i}`, i]))],
  [
    'vectors',
    () => [
      [1, 2, 3, 4, 5, 6, 7, 8],
      [1e3, 2, 3, 4, 5, 6, 7, 8],
      [1e6, 2, 3, 4, 5, 6, 7, 8],
      [0.5, 2, 3, 4, 5, 6, 7, 8],
    ],
  ],
  [
    'blocks',
    () => [Array.from({ length: 9 }, (_, i) => `text ${i}`), Array.from({ length: 9 }, (_, i) => new Date(i))],
  ],
  [
    'references',
    () => {
      const o: Record<string, unknown> = { a: [] };
      o['o'] = [o, o['a']];
      return o;
    },
  ],
  [
    'collections',
    () => [
      new Map<unknown, unknown>([
        ['a', new Set([1])],
        [{}, 2],
      ]),
      new Set(),
    ],
  ],
  ['sparse', () => [Object.assign([], { 3: 'x', length: 6 }), Object.assign([], { 100000: 1 })]],
  [
    'odd',
    () => [
      Object.freeze({ a: 1 }),
      Object.seal([1]),
      Object.defineProperty({}, 'h', { value: 1 }),
      Object.assign([1], { x: 2 }),
      Object.create(null),
      { [Symbol.iterator]: 1, [Symbol.for('s')]: 2, [Symbol('u')]: 3 },
    ],
  ],
  [
    'binary',
    () => {
      const b = Uint8Array.from({ length: 16 }, (_, i) => i).buffer;
      return [b, new Uint8Array(b, 2, 3), new Float64Array(b, 8), new DataView(b), new BigInt64Array(1)];
    },
  ],
  [
    'kinds',
    () => [
      new Date(1e12),
      /a+/giu,
      Object(1),
      Object('s'),
      Object(true),
      Object(5n),
      new URL('http://example.com/?a=b'),
      new URLSearchParams('a=b'),
    ],
  ],
  ['errors', () => [error(new TypeError('message', { cause: 1 })), error(new AggregateError([1], 'all'))]],
  [
    'deep',
    () => {
      let deep: unknown = 'bottom';
      for (let i = 0; i < 450; i++) deep = i % 2 ? [deep] : { deep };
      return deep;
    },
  ],
];

function error(made: Error): Error {
  made.stack = `${made.name}: ${made.message}\n    at place (file:///a.js:1:1)`;
  return made;
}
