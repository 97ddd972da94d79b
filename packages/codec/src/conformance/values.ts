import type { CodecCapabilities } from '../codec.js';

/** A row of the value table: a value that a codec must carry, or may refuse. */
export interface ConformanceValue {
  readonly name: string;
  /** Makes the value anew, so that no rule sees what another did to it. */
  make(): unknown;
  /** `'required'`: every codec carries it. Otherwise a codec carries it exactly or refuses it with a `SerializeError`. */
  readonly demand: 'required' | 'exact-or-refused' | keyof CodecCapabilities;
}

const required = (name: string, make: () => unknown): ConformanceValue => ({ name, make, demand: 'required' });
const optional = (name: string, make: () => unknown): ConformanceValue => ({ name, make, demand: 'exact-or-refused' });
const identity = (name: string, make: () => unknown): ConformanceValue => ({ name, make, demand: 'identity' });

/** An error whose stack is the same each time it is made. */
function traced<E extends Error>(error: E): E {
  error.stack = `${error.name}: ${error.message}\n    at made (file:///value.js:1:1)`;
  return error;
}

const PLAIN: readonly ConformanceValue[] = [
  required('undefined', () => undefined),
  required('null', () => null),
  required('booleans', () => [true, false]),
  required('integers', () => [
    0,
    1,
    -1,
    127,
    128,
    -128,
    -129,
    65_535,
    2 ** 31 - 1,
    -(2 ** 31),
    2 ** 32,
    2 ** 53 - 1,
    -(2 ** 53),
  ]),
  required('negative zero', () => [-0, 0]),
  required('floating point', () => [0.1, -1.5, Number.MAX_VALUE, Number.MIN_VALUE, 1e21, Number.EPSILON]),
  required('not finite', () => [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]),
  required('big integers', () => [0n, -1n, 2n ** 63n, -(2n ** 64n), 2n ** 200n + 1n]),
  required('strings', () => [
    '',
    'ascii',
    'é',
    'Ω≈ç',
    '日本語',
    '😀',
    '\u0000',
    '\ufeffbom',
    'a'.repeat(100_000),
    'ж'.repeat(50_000),
  ]),
  required('lone surrogates', () => ['\ud800', '\udc00x', 'a\udfff']),
  required('an empty object', () => ({})),
  required('nested objects', () => ({
    a: { b: { c: [1, { d: 'e' }] } },
    'key with spaces': 1,
    7: 'index',
    '': 'empty',
  })),
  required('undefined in places', () => ({ a: undefined, b: [undefined, null] })),
  required('the order of keys', () => ({ z: 1, a: 2, 10: 3, 2: 4, m: 5 })),
  required('many keys', () => Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [`key${i}`, i]))),
  required('keys that other objects inherit', () => ({
    constructor: 1,
    toString: 'x',
    hasOwnProperty: null,
    length: 3,
    __keys__: 1,
  })),
  required('many shapes', () => Array.from({ length: 300 }, (_, i) => ({ [`a${i}`]: i, [`b${i}`]: { [`c${i}`]: i } }))),
  required('records of one shape', () =>
    Array.from({ length: 100 }, (_, id) => ({ id, name: `n${id}`, tags: [id], ok: id % 2 === 0 })),
  ),
  required('a record with one key more', () => [{ a: 1 }, { a: 1, b: 2 }, { a: 1 }, { b: 1, a: 2 }]),
  required('long arrays', () => [
    Array.from({ length: 10_000 }, (_, i) => i),
    Array.from({ length: 1000 }, (_, i) => i / 3),
    Array.from({ length: 1000 }, String),
  ]),
];

const BUILT_IN: readonly ConformanceValue[] = [
  required('dates', () => [new Date(0), new Date(-1), new Date(8.64e15), new Date(Number.NaN)]),
  required('regular expressions', () => [/a/, /b\/[/]/giu, /(?<x>.)/s]),
  required(
    'maps',
    () =>
      new Map<unknown, unknown>([
        [1, 'a'],
        ['1', 'b'],
        [null, { c: 1 }],
        [Number.NaN, undefined],
      ]),
  ),
  required('sets', () => new Set<unknown>([1, '1', null, Number.NaN, [2]])),
  required('array buffers', () => [new ArrayBuffer(0), Uint8Array.from([1, 2, 3]).buffer]),
  required('typed arrays', () => [
    Int8Array.of(-1),
    Uint8Array.of(255),
    Uint8ClampedArray.of(300),
    Int16Array.of(-2),
    Uint16Array.of(65_535),
    Int32Array.of(-3),
    Uint32Array.of(2 ** 32 - 1),
    Float32Array.of(0.5),
    Float64Array.of(Math.PI, -0),
    BigInt64Array.of(-1n),
    BigUint64Array.of(2n ** 64n - 1n),
  ]),
  required('data views', () => new DataView(Uint8Array.from([9, 8, 7, 6]).buffer, 1, 2)),
  required('errors', () => [traced(new Error('message')), traced(new TypeError('t')), traced(new RangeError(''))]),
  required('an error with a cause', () => traced(new Error('outer', { cause: traced(new TypeError('inner')) }))),
  required('boxed primitives', () => [Object(1), Object('s'), Object(true), Object(-0)]),
  required('a larger buffer', () => Uint8Array.from({ length: 100_000 }, (_, i) => i)),
];

const ODD: readonly ConformanceValue[] = [
  optional('an own __proto__ key', () => JSON.parse('{"__proto__":{"polluted":1},"a":1}')),
  // biome-ignore lint/suspicious/noSparseArray: holes are what the row is about
  optional('holes', () => [1, , 3, , ,]),
  optional('a long sparse array', () => Object.assign([], { 1000000: 'far' })),
  optional('properties on an array', () => Object.assign([1, 2], { extra: 'x' })),
  optional('a null prototype', () => Object.assign(Object.create(null), { a: 1 })),
  optional('frozen, sealed, not extensible', () => [
    Object.freeze({ a: 1 }),
    Object.seal([1]),
    Object.preventExtensions({ b: 2 }),
  ]),
  optional('a symbol key', () => ({ [Symbol.iterator]: 1 })),
  optional('a property that is not enumerable', () =>
    Object.defineProperty({}, 'hidden', { value: 1, configurable: true, writable: true }),
  ),
  optional('a read-only property', () =>
    Object.defineProperty({}, 'fixed', { value: 1, configurable: true, enumerable: true }),
  ),
  optional('a property that cannot be deleted', () =>
    Object.defineProperty({}, 'kept', { value: 1, writable: true, enumerable: true }),
  ),
  optional('an array of fixed length', () => Object.defineProperty([1, 2], 'length', { writable: false })),
  optional('a frozen error', () => Object.freeze(traced(new Error('m')))),
  optional('a read-only property of an error', () =>
    Object.defineProperty(traced(new Error('m')), 'code', { value: 'E', enumerable: true, configurable: true }),
  ),
  optional('memory that is not extensible', () => Object.preventExtensions(new ArrayBuffer(4))),
  optional('a view that is not extensible', () => Object.preventExtensions(Uint8Array.of(1))),
  optional('properties on a view', () => Object.assign(new Float32Array(1000), { extra: 'x' })),
  optional('a frozen Map and Date', () => [Object.freeze(new Map([[1, 2]])), Object.freeze(new Date(1))]),
  ...[Uint8Array.of(1, 2), new ArrayBuffer(2), /x/, Object(1), new Map(), [], new Date(0)].flatMap((value, index) =>
    [null, Object.prototype].map((prototype) =>
      optional(`a built-in object with another prototype (${index}, ${String(prototype)})`, () =>
        Object.setPrototypeOf(structuredClone(value), prototype),
      ),
    ),
  ),
  optional('lastIndex', () => Object.assign(/a/g, { lastIndex: 3 })),
  optional('an error with properties of its own', () =>
    Object.assign(traced(new Error('m')), { code: 'E_X', details: { a: 1 } }),
  ),
  optional('an AggregateError', () => traced(new AggregateError([traced(new Error('one')), 'two'], 'all'))),
  optional('a Node Buffer', () => (typeof Buffer === 'undefined' ? new Uint8Array(3) : Buffer.from('pooled'))),
  optional('a boxed big integer', () => Object(7n)),
  optional('properties on a Map', () => Object.assign(new Map([[1, 2]]), { extra: 'x' })),
  optional(
    'a resizable buffer',
    () => new (ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer)(4, { maxByteLength: 8 }),
  ),
];

const GRAPHS: readonly ConformanceValue[] = [
  identity('one object twice', () => {
    const shared = { a: 1 };
    return [shared, shared, { shared }];
  }),
  identity('two equal objects', () => [{ a: 1 }, { a: 1 }]),
  identity('a cycle through an object', () => {
    const o: Record<string, unknown> = { name: 'o' };
    o['self'] = o;
    return o;
  }),
  identity('a cycle through an array', () => {
    const a: unknown[] = [1];
    a.push([a]);
    return a;
  }),
  identity('a cycle through a Map and a Set', () => {
    const m = new Map<unknown, unknown>();
    m.set(m, new Set([m]));
    return m;
  }),
  identity('a shared key of two Maps', () => {
    const key = {};
    return [new Map([[key, 1]]), new Map([[key, 2]]), key];
  }),
  identity('a graph with 2 ** 16 paths', () => {
    let node: unknown = {};
    for (let i = 0; i < 16; i++) node = [node, node];
    return node;
  }),
  identity('shared dates, errors and strings', () => {
    const d = new Date(5);
    const e = traced(new Error('x'));
    return { d, e, again: [d, e], s: Object('boxed') };
  }),
  identity('views of one buffer', () => {
    const b = new ArrayBuffer(32);
    return [new Uint8Array(b, 0, 8), new Float64Array(b, 8, 2), b, new DataView(b)];
  }),
  identity('one view twice', () => {
    const v = Uint8Array.of(1, 2);
    return [v, v, new Uint8Array([1, 2])];
  }),
  identity('a cycle of siblings', () => {
    const a: Record<string, unknown> = {};
    const b = { a };
    a['b'] = b;
    return { a, b };
  }),
];

/** What is asked of every codec. Functions and class instances have rules of their own. */
export const CONFORMANCE_VALUES: readonly ConformanceValue[] = [...PLAIN, ...BUILT_IN, ...ODD, ...GRAPHS];
