import { clone, deserialize, serialize } from '@mp/serialize';

interface Part {
  readonly id: number;
  readonly owner: object;
  readonly previous: Part | undefined;
}

function partsOf(owners: readonly object[], count: number): Part[] {
  const parts: Part[] = [];
  for (let id = 0; id < count; id++) {
    parts.push({ id, owner: owners[(id * 7) % owners.length]!, previous: parts[id - 3] });
  }
  return parts;
}

for (const count of [1, 2, 4, 5, 9]) {
  test(`parts that lead back to ${count} owners of different kinds in turns still lead to the same ones`, () => {
    const kinds = [
      () => ({ name: 'record' }),
      () => new Map([['a', 1]]),
      () => new Date(0),
      () => Object.freeze({ frozen: true }),
      () => [1, 'two'],
      () => new Proxy({ proxied: true }, {}),
      () => new Set([1]),
      () => Object.create(null) as object,
      () => /x/g,
    ];
    const owners = kinds.slice(0, count).map((make) => make());
    const parts = partsOf(owners, 500);
    const copy = deserialize(serialize({ parts, owners }), { trustCode: true }) as {
      parts: Part[];
      owners: object[];
    };
    expect(new Set(copy.owners).size).toBe(count);
    for (const [i, part] of copy.parts.entries()) {
      expect(part.id).toBe(i);
      expect(part.owner).toBe(copy.owners[(i * 7) % count]);
      expect(part.previous).toBe(copy.parts[i - 3]);
    }
  });
}

test('what one value leads back to is nothing to the next value', () => {
  const owner = { name: 'owner' };
  const value = (): object => ({ items: [owner, { owner }, { owner }, { owner }] });
  const first = serialize(value());
  serialize([{ other: 1 }, owner]);
  expect(Buffer.compare(serialize(value()), first)).toBe(0);
  expect(Buffer.compare(serialize(owner), serialize({ name: 'owner' }))).toBe(0);
});

test('a value that fails in the middle leaves no references behind', () => {
  const owner = new Map();
  expect(() => serialize([owner, [owner], [owner], Promise.resolve(1), new Promise(() => {}), owner])).toThrow();
  const copy = deserialize(serialize([owner, 1])) as unknown[];
  expect(copy).toEqual([new Map(), 1]);
});

test('objects that hold the same stay apart, and each is found again, however many there are', () => {
  for (const [count, different] of [
    [14, 1],
    [300, 5],
    [5000, 40],
    [40_000, 3000],
  ] as const) {
    const objects = Array.from({ length: count }, (_, i) => ({ value: i % different, text: 'same' }));

    const [copies, again] = clone([objects, objects.toReversed()]) as [object[], object[]];

    expect(new Set(copies).size).toBe(count);
    expect(again.toReversed().every((copy, i) => copy === copies[i])).toBe(true);
  }
});

test('an object that is met again among others that hold the same, before and after the table of objects grew, is one object', () => {
  const objects = Array.from({ length: 3000 }, (_, i) => ({ value: i % 7 }));
  const graph = objects.map((object, i) => ({ i, object, earlier: objects[(i * 31) % (i + 1)] }));

  const copy = clone(graph) as { object: object; earlier: object }[];

  for (const [i, { earlier }] of copy.entries()) expect(earlier).toBe(copy[(i * 31) % (i + 1)]!.object);
});
