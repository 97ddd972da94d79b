import fc from 'fast-check';
import { ChunkOrder } from '../../dist/pool/chunk-order.js';
import { ChunkSize } from '../../dist/pool/chunk-size.js';
import { Window } from '../../dist/pool/window.js';

test('a chunk has one item until it is known how long items take', () => {
  const size = new ChunkSize(undefined, 2, { ms: undefined }, false);
  expect([size.next(1000), size.next(999)]).toEqual([1, 1]);
});

test('a call begins with what an earlier call of the same function learned', () => {
  const time = { ms: undefined };
  const first = new ChunkSize(undefined, 2, time, false);
  first.learn(1000, 1);
  expect(new ChunkSize(undefined, 2, time, false).next(1_000_000)).toBeGreaterThan(1000);
});

test('quick items do not end in a tail of tiny chunks', () => {
  const size = new ChunkSize(undefined, 2, { ms: 0.001 }, false);
  let chunks = 0;
  for (let left = 100_000; left > 0; chunks++) left -= size.next(left);
  expect(chunks).toBeLessThan(70);
});

test('where workers are replaced after some chunks, a call has four chunks for each worker', () => {
  const size = new ChunkSize(undefined, 2, { ms: undefined }, true);
  let chunks = 0;
  for (let left = 100; left > 0; chunks++) left -= size.next(left);
  expect(chunks).toBe(8);
});

test('chunks that come in any order leave in the order of their items', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5 })), fc.infiniteStream(fc.nat()), (lengths, random) => {
      let first = 0;
      const chunks = lengths.map((length) => {
        const chunk = { first, length };
        first += length;
        return chunk;
      });
      const shuffled = chunks
        .map((chunk) => ({ chunk, at: random.next().value as number }))
        .sort((a, b) => a.at - b.at)
        .map(({ chunk }) => chunk);
      const order = new ChunkOrder<{ first: number }>();
      expect(shuffled.flatMap((chunk) => order.add(chunk.first, chunk.length, chunk))).toEqual(chunks);
    }),
  );
});

test('a window of small and quick items grows, and one large item ends that for good', () => {
  const window = new Window(undefined, 16, 2);
  window.seeItems([1, 'a', null]);
  window.seeResults([1, { size: 2, name: 'b' }, [true, null]]);
  for (let i = 0; i < 10; i++) window.learn(0.001);
  expect(window.size).toBeGreaterThan(1000);
  window.seeItems([{}]);
  window.learn(0.001);
  expect(window.size).toBe(32);
});

test.each<[string, unknown]>([
  ['an object in it', { deep: {} }],
  ['a long string', { text: 'x'.repeat(1000) }],
  ['many properties', Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`p${i}`, i]))],
  ['many elements', Array(1000).fill(0)],
  ['a class of its own', new Map()],
  [
    'an accessor',
    {
      get now() {
        throw new Error('not to be read');
      },
    },
  ],
])('a result with %s is not small', (_what, result) => {
  const window = new Window(undefined, 16, 2);
  window.seeResults([result]);
  for (let i = 0; i < 10; i++) window.learn(0.001);
  expect(window.size).toBe(32);
});

test('a window that was asked for never grows', () => {
  const window = new Window(3, 16, 2);
  for (let i = 0; i < 10; i++) window.learn(0.000_001);
  expect(window.size).toBe(3);
});
