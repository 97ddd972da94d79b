import { createServer } from 'node:net';
import { deserialize, serialize } from '@mp/serialize';

type Name = 'scales' | 'makes' | 'counts' | 'reads' | 'bumps' | 'lists' | 'calls' | 'plain';
type Made = Readonly<Record<Name, (...args: unknown[]) => unknown>>;

// As vite, swc and esbuild write a module: its exports are getters, and who imports it reads them from one object.
const COMPILED = `
  let count = 0;
  const scale = (x) => x * 10;
  const bump = () => ++count;
  function reader() { return Object.keys(this).sort(); }
  class Box { constructor(value) { this.value = value; } }
  const __vi_import_0__ = Object.defineProperties({}, {
    __esModule: { value: true },
    count: { enumerable: true, get() { return count; } },
    scale: { enumerable: true, get() { return scale; } },
    bump: { enumerable: true, get() { return bump; } },
    reader: { enumerable: true, get() { return reader; } },
    Box: { enumerable: true, get() { return Box; } },
    server: { enumerable: true, get() { return server; } },
  });
  const helper_1 = { __esModule: true, count: 0, bump: () => ++helper_1.count, server };
  return {
    scales: (x) => (0, __vi_import_0__.scale)(x),
    makes: (x) => new __vi_import_0__.Box(x).value,
    counts: () => [(0, __vi_import_0__.bump)(), __vi_import_0__.count],
    reads: () => __vi_import_0__.count,
    bumps: () => (0, __vi_import_0__.bump)(),
    lists: () => Object.keys(__vi_import_0__),
    calls: () => __vi_import_0__.reader(),
    plain: () => [helper_1.bump(), helper_1.count],
  };`;

function compiled(server: unknown): Made {
  return new Function('server', COMPILED)(server) as Made;
}

function copy<T>(value: T): T {
  return deserialize(serialize(value), { trustCode: true }) as T;
}

describe('of the exports object that a compiler made of an import', () => {
  const made = compiled(createServer());

  test('a function takes along the exports that it names, and no others', () => {
    expect(copy(made.scales)(4)).toBe(40);
  });

  test('a class is constructed', () => {
    expect(copy(made.makes)(4)).toBe(4);
  });

  test('a binding stays live', () => {
    expect(copy(made.counts)()).toEqual([1, 1]);
  });

  test('functions that name different exports share the variables of the module', () => {
    const { bumps, reads } = copy({ bumps: made.bumps, reads: made.reads });
    bumps();
    expect(reads()).toBe(1);
  });

  test.each(['lists', 'calls', 'plain'] as const)('all of it is needed where it is used as a whole: %s', (name) => {
    expect(() => serialize(made[name])).toThrow(/server/);
  });

  test.each([
    ['lists', ['count', 'scale', 'bump', 'reader', 'Box', 'server']],
    ['calls', ['Box', 'bump', 'count', 'reader', 'scale', 'server']],
    ['plain', [1, 1]],
  ] as const)('and then all of it arrives: %s', (name, expected) => {
    expect(copy(compiled('a name')[name])()).toEqual(expected);
  });
});
