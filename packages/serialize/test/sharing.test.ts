import { deserialize, Serializer, serialize } from '@mp/serialize';
import fc from 'fast-check';
import { difference } from './support/difference.js';

// What was one object is one object, whatever objects hold: the writer tells them apart by their content where it can.

const round = (value: unknown) => deserialize(serialize(value), { trustCode: true });

describe('identity', () => {
  test('of thousands of objects that hold the same is kept', () => {
    const twins = Array.from({ length: 3000 }, () => ({ same: 1 }));
    const value = [...twins, ...twins.toReversed(), new Date(5), new Date(5)];
    expect(difference(round(value), value)).toBeUndefined();
  });

  test('of an object that is met on different ways is kept', () => {
    // In an array of its likes, behind an odd one, below the depth at which objects are put off, in a Map and a Set.
    const rows = Array.from({ length: 1000 }, (_, i) => ({ id: i, when: new Date(i) }));
    let deep: unknown = rows[500];
    for (let i = 0; i < 500; i++) deep = { deep, row: rows[i], when: rows[i]!.when };
    const value = {
      rows,
      odd: Object.freeze([rows[3], rows[4]!.when]),
      deep,
      map: new Map([[rows[5], rows[6]!.when]]),
      set: new Set(rows),
      again: rows.map(({ when }) => when),
    };
    expect(difference(round(value), value)).toBeUndefined();
  });

  test('of dates in an array is kept where the first ones are new', () => {
    const shared = new Date(1);
    const dates = [...Array.from({ length: 20 }, (_, i) => new Date(i)), shared, shared, new Date(1)];
    const value = [dates, dates.slice(0, 15), shared];
    expect(difference(round(value), value)).toBeUndefined();
  });

  test('is kept where a reducer changes an object that was written already', () => {
    const rows = Array.from({ length: 100 }, (_, i) => ({ id: i }));
    class Meddler {}
    const serializer = new Serializer({ trustCode: true });
    serializer.register(Meddler, {
      reduce: () => {
        for (const row of rows) row.id += 1000;
        return 0;
      },
      revive: () => new Meddler(),
    });
    const copy = serializer.deserialize(serializer.serialize([rows, new Meddler(), rows, [...rows]])) as unknown[][];
    expect(copy[3]!.every((row, i) => row === copy[0]![i])).toBe(true);
  });

  test('is kept in any mixture', () => {
    const leaf = fc.oneof(fc.constantFrom(0, -0, Number.NaN, 'a', '', null, undefined, true), fc.double(), fc.string());
    const plan = fc.array(
      fc.tuple(fc.constantFrom('record', 'array', 'date', 'empty', 'map'), leaf, fc.nat(), fc.nat()),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(plan, (steps) => {
        const made: object[] = [];
        for (const [kind, value, a, b] of steps) {
          const one = made[a % (made.length + 1)];
          const two = made[b % (made.length + 1)];
          made.push(
            kind === 'record'
              ? { value, one, two }
              : kind === 'array'
                ? [one, value, two]
                : kind === 'date'
                  ? new Date(a % 3)
                  : kind === 'empty'
                    ? {}
                    : new Map([[one, two]]),
          );
        }
        const value = [made, made];
        return difference(round(value), value) === undefined;
      }),
      { numRuns: 300 },
    );
  });
});
