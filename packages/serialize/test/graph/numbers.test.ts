import { deserialize, serialize } from '@mp/serialize';

/** V8 keeps numbers in arrays in several ways; `delete` and mixed contents make it choose another one for the same numbers. */
function inEveryLayout(numbers: readonly number[]): Record<string, number[]> {
  const generic: unknown[] = ['', ...numbers];
  generic.shift();
  const holey = new Array<number>(numbers.length);
  for (const [i, number] of numbers.entries()) holey[i] = number;
  const doubles = [0.5, ...numbers];
  doubles.shift();
  return { packed: numbers.slice(), holey, doubles, generic: generic as number[] };
}

const COUNTS = [7, 8, 127, 128, 129, 300, 70_000];
const RANGES: Record<string, (i: number) => number> = {
  'of 8 bits': (i) => (i % 256) - 128,
  'of 16 bits': (i) => ((i * 7) % 65_536) - 32_768,
  'of 32 bits': (i) => Math.imul(i, 0x9e3779b1) | 0 || 1,
  'beyond 32 bits': (i) => i * 1e10,
  'with fractions': (i) => i / 3,
  'with a fraction at the end': (i) => (i % 100 === 6 ? 0.25 : i),
  'with -0': (i) => (i === 5 ? -0 : i),
  'with NaN and infinities': (i) => [Number.NaN, 1, Number.POSITIVE_INFINITY, -1.5, Number.NEGATIVE_INFINITY][i % 5]!,
};

// Hidden classes are used once enough objects were looked at.
beforeAll(() => void serialize(Array.from({ length: 2000 }, (_, i) => ({ i }))));

for (const [name, make] of Object.entries(RANGES)) {
  test(`numbers ${name} arrive as they are, and their bytes do not depend on how V8 keeps the array`, () => {
    for (const count of COUNTS) {
      const numbers = Array.from({ length: count }, (_, i) => make(i));
      const expected = serialize(numbers);
      const copy = deserialize(expected) as number[];
      expect(copy.length).toBe(count);
      expect(copy.every((number, i) => Object.is(number, numbers[i]))).toBe(true);
      for (const [layout, array] of Object.entries(inEveryLayout(numbers))) {
        expect([layout, count, Buffer.compare(serialize(array), expected)]).toEqual([layout, count, 0]);
      }
    }
  });
}

test('a NaN shows no hidden bits, whatever array it lies in', () => {
  const bits = new Float64Array(300).fill(1.5);
  new BigUint64Array(bits.buffer)[17] = 0xfff8dead_beef0001n;
  const plain = Array.from(bits, (number, i) => (i === 17 ? Number.NaN : number));
  expect(Buffer.compare(serialize(Array.from(bits)), serialize(plain))).toBe(0);
});

test('an array with a hole, a string or an own property among many numbers is not taken for numbers', () => {
  const numbers = Array.from({ length: 400 }, (_, i) => i);
  const hole = numbers.slice();
  delete hole[200];
  const text: unknown[] = numbers.slice();
  text[399] = '399';
  const named = Object.assign(numbers.slice(), { unit: 'm' });
  const holeCopy = deserialize(serialize(hole)) as number[];
  expect([holeCopy.length, 200 in holeCopy, holeCopy[399]]).toEqual([400, false, 399]);
  expect((deserialize(serialize(text)) as unknown[])[399]).toBe('399');
  expect((deserialize(serialize(named)) as typeof named).unit).toBe('m');
});

test('large numbers before and behind an array stay what they are when it is written more narrowly than it was tried', () => {
  const value = { before: 'a', small: Array.from({ length: 5000 }, (_, i) => i % 100), after: ['b', 2 ** 40] };
  expect(deserialize(serialize(value))).toEqual(value);
});
