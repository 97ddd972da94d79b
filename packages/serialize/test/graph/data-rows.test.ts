import { Serializer } from '@mp/serialize';

const serializer = new Serializer({ identity: false });

function rows(count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, i) => ({
    id: i,
    name: `row ${i}`,
    tags: ['a', `b${i % 3}`],
    inner: { x: -i },
  }));
}

function roundTrip(value: unknown): unknown {
  return serializer.deserialize(serializer.serialize(value));
}

test('without identity, records of one shape are written key by key: 1000 take no more than with identity', () => {
  const value = rows(1000);
  expect(roundTrip(value)).toEqual(value);
  const { length } = serializer.serialize(value);
  expect(length).toBeLessThan(new Serializer().serialize(value).length * 1.01);
});

test('without identity, a getter among the records runs once, wherever it stands', () => {
  for (const at of [0, 1, 11, 12, 300, 599]) {
    const value = rows(600);
    let runs = 0;
    Object.defineProperty(value[at], 'name', { enumerable: true, configurable: true, get: () => `run ${++runs}` });
    const copy = roundTrip(value) as Record<string, unknown>[];
    expect(runs).toBe(1);
    expect(copy[at]!['name']).toBe('run 1');
    expect(copy[at === 599 ? 0 : at + 1]!['name']).toBe(`row ${at === 599 ? 0 : at + 1}`);
  }
});

test('without identity, records that all have a getter are read once each', () => {
  let runs = 0;
  const value = Array.from({ length: 100 }, () => ({
    get n() {
      return ++runs;
    },
  }));
  expect(roundTrip(value)).toEqual(Array.from({ length: 100 }, (_, i) => ({ n: i + 1 })));
  expect(runs).toBe(100);
});

test('without identity, accessors at indices, proxies and other prototypes among records are not taken for rows', () => {
  let runs = 0;
  const indexed = Object.defineProperty({ id: 1, name: 'x', tags: [], inner: {} }, 0, {
    enumerable: true,
    get: () => ++runs,
  });
  const traps: string[] = [];
  const proxy = new Proxy(rows(1)[0]!, {
    ownKeys(target) {
      traps.push('ownKeys');
      return Reflect.ownKeys(target);
    },
  });
  const bare = Object.assign(Object.create(null) as object, rows(1)[0]);
  const value = [...rows(50), indexed, ...rows(50), proxy, ...rows(50), bare];
  const copy = roundTrip(value) as object[];
  expect(copy).toHaveLength(value.length);
  expect(copy.slice(0, 50)).toEqual(rows(50));
  expect(copy[50]).toEqual({ 0: 1, id: 1, name: 'x', tags: [], inner: {} });
  expect(runs).toBe(1);
  expect(copy.slice(51, 101)).toEqual(rows(50));
  expect(Object.getPrototypeOf(copy.at(-1))).toBe(null);
});

test('without identity, the same records are written the same way, whatever was written before', () => {
  const value = rows(40);
  const first = serializer.serialize(value);
  for (let i = 0; i < 50; i++) serializer.serialize(rows(100));
  expect(serializer.serialize(value)).toEqual(first);
});

test('without identity, a proxy is read like any object, alone and where hidden classes are known', () => {
  for (let i = 0; i < 3; i++) serializer.serialize(rows(600));
  const proxy = new Proxy({ id: 1, name: 'behind it' }, {});
  expect(roundTrip(proxy)).toEqual({ id: 1, name: 'behind it' });
  expect(roundTrip({ proxy })).toEqual({ proxy: { id: 1, name: 'behind it' } });
  expect(roundTrip(Array.from({ length: 20 }, () => proxy))).toHaveLength(20);
});
