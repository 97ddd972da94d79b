import { deserialize, serialize } from '@mp/serialize';
import fc from 'fast-check';

test('a definition that names keys by number is not taken for one of an earlier payload where the numbers name other keys', () => {
  const first = [
    { p: 1, q: 2 },
    { q: 3, r: 4 },
  ];
  const second = [
    { p: 1, z: 2 },
    { z: 3, r: 4 },
  ];

  for (let i = 0; i < 40; i++) {
    expect(deserialize(serialize(first))).toEqual(first);
    expect(deserialize(serialize(second))).toEqual(second);
  }
});

test('keys arrive in their order and under their names, whatever payloads were read before', () => {
  const key = fc.constantFrom('a', 'b', 'ab', 'ba', 'c', '__proto__', 'é', '', 'a'.repeat(31), 'a'.repeat(40));
  const record = fc
    .uniqueArray(key, { maxLength: 6 })
    .map((keys) => Object.fromEntries(keys.map((name, i) => [name, i])));

  fc.assert(
    fc.property(fc.array(record, { maxLength: 8 }), (records) => {
      for (let i = 0; i < 4; i++) {
        const copy = deserialize(serialize(records)) as object[];
        expect(copy.map((one) => Object.entries(one))).toEqual(records.map((one) => Object.entries(one)));
      }
    }),
    { numRuns: 300 },
  );
});

test('a definition that is cut off is refused, also where its beginning is known', () => {
  const value = { alpha: 1, beta: 2, gamma: 3 };
  for (let i = 0; i < 20; i++) deserialize(serialize(value));
  const bytes = serialize(value);

  for (let length = 0; length < bytes.length; length++) {
    expect(() => deserialize(bytes.subarray(0, length))).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^MP_/) }),
    );
  }
});
