import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { deserialize, serialize } from '@mp/serialize';
import { difference } from './support/difference.js';

// One odd thing among many that are plain and alike: whatever the writer learned from the others, it must not be missed.

// A function that is the same on the other side.
const native = Math.random;
const trusted = { trustCode: true } as const;
const oddities: Record<string, (row: Record<string, unknown>) => unknown> = {
  getter: (row) => Object.defineProperty(row, 'a', { get: native, enumerable: true, configurable: true }),
  'read-only property': (row) => Object.defineProperty(row, 'b', { writable: false }),
  'hidden property': (row) => Object.defineProperty(row, 'b', { enumerable: false }),
  'fixed property': (row) => Object.defineProperty(row, 'b', { configurable: false }),
  'hidden extra': (row) => Object.defineProperty(row, 'c', { value: 1 }),
  'symbol key': (row) => Object.assign(row, { [Symbol.for('odd')]: 1 }),
  index: (row) => Object.assign(row, { 5: 'five' }),
  'index accessor': (row) => Object.defineProperty(row, 5, { get: native, enumerable: true, configurable: true }),
  frozen: (row) => Object.freeze(row),
  sealed: (row) => Object.seal(row),
  'not extensible': (row) => Object.preventExtensions(row),
  'null prototype': (row) => Object.setPrototypeOf(row, null) as unknown,
  'deleted and added': (row) => {
    delete row['a'];
    row['a'] = 1;
    return row;
  },
  'undefined value': (row) => Object.assign(row, { a: undefined }),
  'constructor key': (row) => Object.assign(row, { constructor: 1 }),
  '__proto__ key': (row) =>
    Object.defineProperty(row, '__proto__', { value: 1, enumerable: true, writable: true, configurable: true }),
  array: (row) => Object.assign([], row),
  date: (row) => Object.assign(new Date(0), row),
};

const rows = (): Record<string, unknown>[] => Array.from({ length: 700 }, (_, i) => ({ a: i, b: `row ${i}` }));

describe('an odd object among many alike', () => {
  test.each(Object.keys(oddities))('arrives as it was: %s', (name) => {
    for (const place of [0, 1, 650]) {
      const value: unknown[] = rows();
      value[place] = oddities[name]!(value[place] as Record<string, unknown>);
      // What an earlier value taught must not mislead.
      serialize(rows());
      expect(difference(deserialize(serialize(value), trusted), value)).toBeUndefined();
    }
  });

  test('arrives as it was where its likes are dictionaries', () => {
    const wide = () => Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, i]));
    const value = Array.from({ length: 600 }, wide);
    for (const row of value) delete (row as Record<string, unknown>)['k99'];
    Object.defineProperty(value[500], 'k5', { get: native });
    expect(difference(deserialize(serialize(value), trusted), value)).toBeUndefined();
  });
});

describe('an odd element', () => {
  const elements = () => Array.from({ length: 5000 }, (_, i) => i);
  test.each([0, 63, 64, 100, 4999])('is seen at index %i', (index) => {
    const accessor = Object.defineProperty(elements(), index, { get: native, enumerable: true, configurable: true });
    const fixed = Object.defineProperty(elements(), index, { writable: false });
    for (const value of [accessor, fixed]) {
      expect(difference(deserialize(serialize(value), trusted), value)).toBeUndefined();
    }
  });

  test('is seen in each of many arrays', () => {
    const value: unknown[] = Array.from({ length: 2000 }, (_, i) => [i, i]);
    value[1999] = Object.defineProperty([1, 2], 1, { get: native, enumerable: true, configurable: true });
    expect(difference(deserialize(serialize(value), trusted), value)).toBeUndefined();
  });
});

describe('a stack that was captured on an object which is no error', () => {
  test.each([
    ['an object', () => ({})],
    ['an array', () => [1]],
    ['a Map', () => new Map()],
    ['a function', () => () => 1],
    ['a class', () => class Holder {}],
  ])('%s keeps its text', (_, make) => {
    const object = make() as object & { stack: string };
    Error.captureStackTrace(object);
    const copy = deserialize(serialize(object), trusted) as typeof object;
    expect(copy.stack).toBe(object.stack);
    expect(Object.getOwnPropertyDescriptor(copy, 'stack')).toMatchObject({ enumerable: false, configurable: true });
  });
});

describe('without the help of the engine', () => {
  test.each([
    ['code generation forbidden', ['--disallow-code-generation-from-strings']],
    ['code dropped after every use', ['--stress-flush-code', '--expose-gc']],
  ])('the same arrives: %s', (_, flags) => {
    const program = fileURLToPath(new URL('../test/fixtures/programs/odd-rows.mjs', import.meta.url));
    const said = execFileSync(process.execPath, [...flags, program], { encoding: 'utf8' });
    expect(JSON.parse(said)).toEqual({ row: 'function', element: 'function', plain: 'undefined' });
  });
});
