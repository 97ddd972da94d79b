import fc from 'fast-check';
import { InHand } from '../../dist/pool/in-hand.js';

interface Job {
  readonly sequence: number;
}

// Numbers wrap around at 2 ** 32, and some jobs stay while tens of thousands come and go.
test('what is in hand is what was added and not taken out, in the order of its coming', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ add: fc.integer({ min: 1, max: 3000 }), keep: fc.nat(40) }) },
    { weight: 2, arbitrary: fc.record({ add: fc.constant(0), keep: fc.nat(40) }) },
  );
  fc.assert(
    fc.property(fc.constantFrom(0, 2 ** 32 - 1500, 77), fc.array(step, { maxLength: 12 }), (first, steps) => {
      const inHand = new InHand<Job>();
      let model: Job[] = [];
      let next = first;
      for (const { add, keep } of steps) {
        for (let i = 0; i < add; i++) {
          const job = { sequence: next };
          next = (next + 1) >>> 0;
          inHand.add(job);
          model.push(job);
        }
        const gone = model.filter((_, i) => keep === 0 || i % keep !== 0);
        const isByNumber = keep % 2 === 0;
        expect(gone.every((job) => (isByNumber ? inHand.take(job.sequence) === job : inHand.delete(job)))).toBe(true);
        expect(gone.some((job) => inHand.take(job.sequence) !== undefined)).toBe(false);
        expect(gone.some((job) => inHand.delete(job) || inHand.get(job.sequence) !== undefined)).toBe(false);
        model = model.filter((_, i) => keep !== 0 && i % keep === 0);
        expect(inHand.size).toBe(model.length);
        expect(inHand.values()).toEqual(model);
        expect(model.every((job) => inHand.get(job.sequence) === job)).toBe(true);
      }
      inHand.clear();
      expect(inHand.size).toBe(0);
      expect(inHand.values()).toEqual([]);
    }),
  );
});

test('a job with the number of one that is in hand is another one', () => {
  const inHand = new InHand<Job>();
  inHand.add({ sequence: 3 });
  expect(inHand.delete({ sequence: 3 })).toBe(false);
  expect(inHand.size).toBe(1);
});
