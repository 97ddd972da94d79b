import fc from 'fast-check';
import { contexts, tasks } from '../support/contexts.js';

/** An item: which producer put it, and as which of its items. */
type Item = readonly [producer: number, n: number];

describe.each(contexts)('a queue between many producers and many consumers in %s workers', (_method, context) => {
  test('gives each item to one of them, and those of a producer in their order', async () => {
    await using pool = new context.Pool(4);
    const traffic = fc.record({
      counts: fc.array(fc.nat(80), { minLength: 1, maxLength: 2 }),
      consumers: fc.integer({ min: 1, max: 2 }),
      maxSize: fc.constantFrom(0, 1, 7),
    });
    await fc.assert(
      fc.asyncProperty(traffic, async ({ counts, consumers, maxSize }) => {
        const queue = new context.Queue<Item | null>(maxSize);
        const items = counts.map((count, producer) => Array.from({ length: count }, (_, n): Item => [producer, n]));
        const taking = Array.from({ length: consumers }, () => pool.apply(tasks.takeUntilNull, [queue]));
        await Promise.all(items.map((list) => pool.apply(tasks.putAll, [queue, list])));
        for (let i = 0; i < consumers; i++) await queue.put(null);
        const taken = (await Promise.all(taking)) as Item[][];
        for (const list of taken)
          for (const producer of counts.keys()) {
            const own = list.filter(([from]) => from === producer).map(([, n]) => n);
            expect(own).toEqual([...own].sort((a, b) => a - b));
          }
        const all = taken.flat().map(([producer, n]) => `${producer} ${n}`);
        expect(all.sort()).toEqual(
          items
            .flat()
            .map(([producer, n]) => `${producer} ${n}`)
            .sort(),
        );
        await queue.close();
      }),
      { numRuns: 12 },
    );
  });
});
