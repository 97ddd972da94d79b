import fc from 'fast-check';
import { type Chunk, callEach, callEachNumber } from '../../dist/child/chunk.js';

type Answer = { readonly kind: 'int' | 'other' | 'throws' | 'later' | 'rejects'; readonly value: unknown };

const answer: fc.Arbitrary<Answer> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('int' as const), value: fc.integer() }) },
  fc.record({ kind: fc.constant('other' as const), value: fc.constantFrom(-0, 0.5, 2 ** 31, 'text', undefined, null) }),
  fc.record({ kind: fc.constantFrom('throws' as const, 'later' as const, 'rejects' as const), value: fc.integer() }),
);

const give = ({ kind, value }: Answer): unknown => {
  if (kind === 'throws') throw value;
  if (kind === 'later') return Promise.resolve(value);
  return kind === 'rejects' ? Promise.reject(value) : value;
};

/** What each item came to, and how often the function was called with it. */
async function outcomesOf(answers: readonly Answer[], run: typeof callEach | typeof callEachNumber) {
  const calls = answers.map(() => 0);
  const items = answers.map((_, i) => i);
  const call = (item: unknown): unknown => {
    calls[item as number]!++;
    return give(answers[item as number] as Answer);
  };
  const chunk = await (run as (items: unknown, call: (item: unknown) => unknown) => Chunk | Promise<Chunk>)(
    run === callEachNumber ? Int32Array.from(items) : items,
    call,
  );
  expect(chunk.values).toHaveLength(answers.length);
  const outcomes = items.map((i) =>
    chunk.errors?.has(i) ? { thrown: chunk.errors.get(i) } : { value: chunk.values[i] },
  );
  return { outcomes, calls };
}

test('each item is called once, and has what its call returned, threw or promised', () =>
  fc.assert(
    fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 30 }), async (answers) => {
      const expected = answers.map(({ kind, value }) =>
        kind === 'throws' || kind === 'rejects' ? { thrown: value } : { value },
      );
      for (const run of [callEach, callEachNumber]) {
        const { outcomes, calls } = await outcomesOf(answers, run);
        expect(outcomes).toStrictEqual(expected);
        expect(calls).toEqual(answers.map(() => 1));
      }
    }),
  ));

test('numbers that become numbers are nothing else on the way', () => {
  const { values, errors } = callEachNumber(Int32Array.of(1, 2, 3), (item) => (item as number) * 2) as Chunk;
  expect(values).toStrictEqual(Int32Array.of(2, 4, 6));
  expect(errors).toBeUndefined();
});
