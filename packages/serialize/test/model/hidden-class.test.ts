import { countLooks } from '../../dist/model/hidden-class.js';

// What the writer stands on: two objects of one hidden class differ in nothing but their values and their indices.
const hidden = countLooks(1_000_000)!;

const alike: readonly (readonly [name: string, object: object])[] = [
  ['other values', { x: 'a', y: [] }],
  ['indices', { 7: 1, x: 1, y: 2 }],
];

class Point {
  x = 1;
  y = 2;
}
const change = (how: PropertyDescriptor) => Object.defineProperty({ x: 1, y: 2 }, 'x', how);

const different: readonly (readonly [name: string, object: object])[] = [
  ['another order', { y: 2, x: 1 }],
  ['another key', { x: 1, y: 2, z: 3 }],
  ['a symbol key', { x: 1, y: 2, [Symbol('s')]: 3 }],
  ['a hidden key', Object.defineProperty({ x: 1, y: 2 }, 'z', { value: 3 })],
  ['a getter', change({ get: () => 1 })],
  ['a getter in a literal', { get x() { return 1; }, y: 2 }], // biome-ignore format: one row
  ['a setter', change({ set: () => {} })],
  ['a read-only property', change({ writable: false })],
  ['a hidden property', change({ enumerable: false })],
  ['a property that cannot be deleted', change({ configurable: false })],
  ['no extension', Object.preventExtensions({ x: 1, y: 2 })],
  ['a seal', Object.seal({ x: 1, y: 2 })],
  ['a freeze', Object.freeze({ x: 1, y: 2 })],
  ['no prototype', Object.setPrototypeOf({ x: 1, y: 2 }, null)],
  ['another prototype', new Point()],
  ['an accessor as index', Object.defineProperty({ x: 1, y: 2 }, 0, { get: () => 1, enumerable: true })],
  ['a proxy', new Proxy({ x: 1, y: 2 }, {})],
  ['an array', Object.assign([], { x: 1, y: 2 })],
  [
    'a Map under the prototype of objects',
    Object.assign(Object.setPrototypeOf(new Map(), Object.prototype), { x: 1, y: 2 }),
  ],
];

describe('hidden classes', () => {
  test('are known on this engine', () => expect(hidden).toBeDefined());

  test.each(alike)('are the same with %s', (_, object) => expect(hidden.same({ x: 1, y: 2 }, object)).toBe(true));

  test.each(different)('differ with %s', (_, object) => expect(hidden.same({ x: 1, y: 2 }, object)).toBe(false));

  test('of dictionaries say nothing, and those are told apart', () => {
    const wide = (): Record<string, unknown> =>
      Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`k${i}`, i]));
    const deleted: Record<string, unknown> = { x: 1, y: 2, z: 3 };
    delete deleted['x'];
    expect([hidden.isFast(wide()), hidden.isFast(deleted), hidden.isFast({ x: 1 })]).toEqual([false, false, true]);
  });

  test('of arrays differ with each thing that an array may have', () => {
    const odd = [
      Object.defineProperty([1, 2], 1, { get: () => 1 }),
      Object.defineProperty([1, 2], 0, { writable: false }),
      Object.defineProperty([1, 2], 'length', { writable: false }),
      Object.assign([1, 2], { name: 1 }),
      Object.assign([1, 2], { [Symbol('s')]: 1 }),
      Object.freeze([1, 2]),
      Object.seal([1, 2]),
      Object.preventExtensions([1, 2]),
      new (class extends Array<number> {})(1, 2),
      Object.setPrototypeOf([1, 2], null) as object,
    ];
    expect(odd.filter((array) => hidden.same([1, 2], array))).toEqual([]);
    expect(hidden.same([1, 2], [3])).toBe(true);
  });

  test('leave the flag of the engine as it was', () => {
    expect(() => new Function('return %HaveSameMap({}, {})')).toThrow(SyntaxError);
  });
});
