import { deserialize, explain, fingerprint, Serializer, serialize, serializeCodec } from '@mp/serialize';
import fc from 'fast-check';
import { difference } from '../support/difference.js';
import { graphs } from '../support/graphs.js';

/** What stands in the columns of a table: of one sort, or of any. */
const columns = fc.oneof(
  fc.constant(fc.integer()),
  fc.constant(fc.double()),
  fc.constant(fc.string()),
  fc.constant(fc.boolean()),
  fc.constant(fc.date({ noInvalidDate: false })),
  fc.constant(fc.option(fc.string({ unit: 'binary' }), { nil: undefined })),
  fc.constant(fc.record({ x: fc.integer(), y: fc.option(fc.integer()) })),
  fc.constant(fc.array(fc.string({ maxLength: 3 }), { maxLength: 4 })),
  fc.constant(graphs),
);
const keys = fc.uniqueArray(fc.oneof(fc.string(), fc.constantFrom('id', '__proto__', 'constructor', '0', 'toString')), {
  minLength: 1,
  maxLength: 6,
});

/** Arrays of records: mostly of one shape, some of them twice, with others in between. */
const tables = fc
  .tuple(keys, fc.array(columns, { minLength: 6, maxLength: 6 }), fc.integer({ min: 10, max: 400 }))
  .chain(([names, kinds, length]) =>
    fc.tuple(
      fc.constant(names),
      fc.array(fc.tuple(...kinds.slice(0, names.length)), { minLength: Math.min(length, 30), maxLength: length }),
      fc.array(fc.tuple(fc.nat(), fc.constantFrom('again', 'other', 'refers', 'hole')), { maxLength: 4 }),
    ),
  )
  .map(([names, rows, changes]) => {
    const table: unknown[] = rows.map((row) => {
      const record = {};
      for (const [i, name] of names.entries()) define(record, name, row[i]);
      return record;
    });
    for (const [at, change] of changes) {
      const i = at % table.length;
      if (change === 'again') table[i] = table[(i * 7) % table.length];
      else if (change === 'other') table[i] = Object.freeze({ other: i });
      else if (change === 'hole') delete table[i];
      else if (table[i] !== undefined) table[i] = { ...(table[i] as object), back: table, neighbour: table[0] };
    }
    return table;
  });

function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}

const same = (actual: unknown, expected: unknown) => expect(difference(actual, expected)).toBeUndefined();
const people = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: i, name: `name ${i}`, at: { x: i / 2, y: -i } }));

describe('records of one shape in an array', () => {
  test('cannot be told from the original, whatever they hold', () => {
    fc.assert(
      fc.property(tables, (table) => same(deserialize(serialize(table)), table)),
      { numRuns: 300 },
    );
  });

  test('are the same in every message of a session', () => {
    const encoder = serializeCodec.createEncoder();
    const decoder = serializeCodec.createDecoder();
    fc.assert(
      fc.property(tables, (table) => {
        const { body, buffers, attachments } = encoder.encode(table);
        same(decoder.decode({ body: body.slice(), buffers, attachments }), table);
      }),
      { numRuns: 150 },
    );
  });

  test('give the same bytes each time, and a fingerprint that does not depend on where they come from', () => {
    fc.assert(
      fc.property(tables, (table) => {
        expect(Buffer.compare(serialize(table), serialize(table))).toBe(0);
        expect(fingerprint(deserialize(serialize(table)))).toBe(fingerprint(table));
      }),
      { numRuns: 100 },
    );
  });

  test('keep their identity: met twice, met from inside and from outside', () => {
    const table: { id: number; next?: unknown; all?: unknown }[] = Array.from({ length: 40 }, (_, id) => ({
      id,
      next: undefined,
      all: undefined,
    }));
    for (const [i, row] of table.entries()) Object.assign(row, { next: table[(i + 1) % 40], all: table });
    table[20] = table[3]!;
    const copy = deserialize(serialize({ table, last: table[39] })) as { table: typeof table; last: unknown };
    expect(
      copy.table.every(
        (row, i) =>
          (row.all === copy.table && row.next === copy.table[(row.id + 1) % 40 || 0]) || i === 19 || row.id === 19,
      ),
    ).toBe(true);
    expect(copy.table[20]).toBe(copy.table[3]);
    expect(copy.last).toBe(copy.table[39]);
  });

  test('nest, each level in columns of its own', () => {
    let table: unknown[] = people(12);
    for (let level = 0; level < 3; level++)
      table = Array.from({ length: 13 }, (_, id) => ({ id, table: id ? [] : table, rows: people(15) }));
    same(deserialize(serialize(table)), table);
  });

  test('without identity arrive as well, each by itself', () => {
    const serializer = new Serializer({ identity: false });
    const table = people(300);
    same(serializer.deserialize(serializer.serialize(table)), table);
  });

  test('take less room than one by one', () => {
    const table = people(1000).map(({ id, name }) => ({ id, name }));
    const mixed = table.flatMap((person) => [person, 0]);
    expect(serialize(table).length).toBeLessThan((serialize(mixed).length - 1000) * 0.9);
  });

  test('are explained with the size that they have', () => {
    const table = people(100);
    expect(explain(table).bytes).toBe(serialize(table).length);
  });

  test('that hold something which cannot travel are refused with its path', () => {
    const table = people(50).map((person) => ({ ...person, wait: {} as object }));
    table[31]!.wait = new Promise(() => {});
    expect(() => serialize(table)).toThrow(/value\[31\]\.wait/);
  });

  test('run no getter twice, and none that is not asked to run', () => {
    let runs = 0;
    const table = Array.from({ length: 30 }, () => ({
      get value() {
        return runs++;
      },
    }));
    const copy = new Serializer({ fidelity: 'data' }).serialize(table);
    expect(runs).toBe(30);
    expect((deserialize(copy) as { value: number }[])[29]!.value).toBe(29);
  });

  test('that get an index, another prototype or a property less in the middle are told apart', () => {
    const table: object[] = people(60);
    (table[20] as Record<number, unknown>)[5] = 'index';
    Object.setPrototypeOf(table[30]!, null);
    delete (table[40] as { name?: string }).name;
    Object.freeze(table[50]);
    same(deserialize(serialize(table)), table);
  });
});
