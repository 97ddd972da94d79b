import {
  clone,
  deserialize,
  fingerprint,
  Serializer,
  type Serializer as SerializerType,
  serialize,
  serializeCodec,
} from '@mp/serialize';

type Table = Record<string, unknown>;

/** Objects of which no two have the same keys, more than get shapes. */
function tables(count: number): Table[] {
  return Array.from({ length: count }, (_, i) => ({
    [`a${i}`]: i,
    common: `text ${i}`,
    [`z${i}`]: { [`inner${i}`]: [i] },
  }));
}

const serializers: readonly (readonly [string, SerializerType])[] = [
  ['with identity', new Serializer()],
  ['without identity', new Serializer({ identity: false })],
  ['in data mode', new Serializer({ fidelity: 'data' })],
];

describe.each(serializers)('a value of many objects with keys of their own, %s', (_, serializer) => {
  test('comes back as it was', () => {
    const value = tables(2000);
    const copy = serializer.deserialize(serializer.serialize(value)) as Table[];
    expect(copy).toEqual(value);
    expect(copy.every((table) => Object.getPrototypeOf(table) === Object.prototype)).toBe(true);
    expect(copy.map((table) => Object.keys(table))).toEqual(value.map((table) => Object.keys(table)));
  });

  test('is written the same way each time', () => {
    const value = tables(2000);
    const bytes = serializer.serialize(value);
    serializer.serialize(tables(300));
    serializer.serialize([{ common: 1 }]);
    expect(serializer.serialize(value)).toEqual(bytes);
    expect(serializer.serialize(serializer.deserialize(bytes))).toEqual(bytes);
  });
});

test('what many such objects share, and cycles through them, are kept', () => {
  const value = tables(1000);
  for (const [i, table] of value.entries()) {
    table['next'] = value[(i + 1) % value.length];
    table['all'] = value;
  }
  const copy = clone(value);
  expect(copy.every((table, i) => table['next'] === copy[(i + 1) % copy.length] && table['all'] === copy)).toBe(true);
});

test('records of a shape that is known keep it among many objects with keys of their own', () => {
  const table = tables(600);
  const mixed = table.flatMap((one, i) => [one, { id: i, name: `n${i}` }]);
  expect(clone(mixed)).toEqual(mixed);
  const alone = serialize(table).length;
  // Two bytes for the number and the shape, a few for the text.
  expect(serialize(mixed).length - alone).toBeLessThan(600 * 12);
});

test('keys that mean something elsewhere are plain keys of such objects', () => {
  const odd = Array.from({ length: 20 }, (_, i) => {
    const one = JSON.parse(
      `{"__proto__": {"x": ${i}}, "constructor": 1, "toString": 2, "7": 3, "1${i}": 4, "": 5}`,
    ) as Table;
    one[`own${i}`] = i;
    return one;
  });
  const value = [...tables(600), ...odd];
  const copy = clone(value);
  expect(copy.map((one) => Object.keys(one))).toEqual(value.map((one) => Object.keys(one)));
  for (const one of copy.slice(600)) {
    expect(Object.getPrototypeOf(one)).toBe(Object.prototype);
    expect(Object.hasOwn(one, '__proto__')).toBe(true);
  }
});

test('a setter that somebody put on Object.prototype is not run', () => {
  const bytes = serialize(tables(600));
  let runs = 0;
  Object.defineProperty(Object.prototype, 'common', { configurable: true, set: () => runs++ });
  try {
    const copy = deserialize(bytes) as Table[];
    expect(copy.every((one) => Object.hasOwn(one, 'common'))).toBe(true);
    expect(runs).toBe(0);
  } finally {
    Reflect.deleteProperty(Object.prototype, 'common');
  }
});

test('what is not plain is still seen among them: attributes, accessors, symbols, disguises', () => {
  const value = tables(600);
  const marked = (i: number): Table => ({ [`m${i}`]: i });
  const frozen = Object.freeze(marked(1));
  const readOnly = Object.defineProperty(marked(2), 'fixed', { value: 1, enumerable: true });
  const symbol = Object.assign(marked(3), { [Symbol.iterator]: 4 });
  const map = Object.setPrototypeOf(Object.assign(new Map([[1, 2]]), marked(4)), Object.prototype) as object;
  const copy = clone([...value, frozen, readOnly, symbol, map]);
  expect(Object.isFrozen(copy[600])).toBe(true);
  expect(Object.getOwnPropertyDescriptor(copy[601], 'fixed')).toEqual({
    value: 1,
    enumerable: true,
    writable: false,
    configurable: false,
  });
  expect((copy[602] as { [Symbol.iterator]: unknown })[Symbol.iterator]).toBe(4);
  expect(Map.prototype.get.call(copy[603] as never, 1)).toBe(2);
});

test('a fingerprint does not depend on the order of their keys', () => {
  const value = tables(600);
  const turned = value.map((table) => Object.fromEntries(Object.entries(table).reverse()));
  expect(fingerprint(turned)).toBe(fingerprint(value));
});

test('a session carries them, message after message', () => {
  const encoder = serializeCodec.createEncoder();
  const decoder = serializeCodec.createDecoder();
  for (let i = 0; i < 3; i++) {
    const value = tables(600 + i);
    expect(decoder.decode(encoder.encode(value))).toEqual(value);
  }
});

test('tables within tables, deeper than the stack of either side, come back', () => {
  const value = tables(600);
  let deep: Table = { end: true };
  for (let i = 0; i < 3000; i++) deep = { [`d${i}`]: deep, n: i };
  const copy = clone([...value, deep]);
  let depth = 0;
  for (let at = copy[600]!; at['end'] === undefined; at = at[`d${at['n'] as number}`] as Table) depth++;
  expect(depth).toBe(3000);
});
