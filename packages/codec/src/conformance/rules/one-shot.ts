import type { Rule } from './rule.js';

/** One-shot payloads stand alone. */
export const oneShotRules: readonly Rule[] = [
  {
    rule: 'one-shot payloads are decoded in any order and any number of times',
    check(bench) {
      const { codec } = bench;
      const values = [{ a: 1, b: 'x' }, { a: 2, b: 'y' }, [new Date(3)]];
      const payloads = values.map((value) => bench.transmit(codec.encode(value)));
      for (const index of [2, 0, 1, 0, 2]) {
        bench.same(codec.decode(bench.transmit(payloads[index] as never)), values[index], `payload ${index}`);
      }
    },
  },
  {
    rule: 'the body of a one-shot payload belongs to the caller for good',
    check(bench) {
      const { codec } = bench;
      const { body } = codec.encode({ first: 1 });
      const before = body.slice();
      for (let i = 0; i < 100; i++) codec.encode({ other: 'x'.repeat(i) });
      bench.same(body, before, 'the body after later calls of encode');
    },
  },
  {
    rule: 'a value is snapshotted when it is encoded',
    check(bench) {
      const value = { list: [1, 2], map: new Map([['k', { n: 1 }]]), bytes: Uint8Array.of(1, 2, 3) };
      const payload = bench.codec.encode(value);
      value.list.push(3);
      (value.map.get('k') as { n: number }).n = 2;
      value.bytes[0] = 99;
      const expected = { list: [1, 2], map: new Map([['k', { n: 1 }]]), bytes: Uint8Array.of(1, 2, 3) };
      bench.same(bench.codec.decode(bench.transmit(payload)), expected, 'the value');
    },
  },
  {
    rule: 'encoding runs no getter of the value without saying so',
    check(bench) {
      let runs = 0;
      const value = {
        get now(): number {
          runs++;
          return runs;
        },
      };
      try {
        bench.codec.encode(value);
      } catch {
        // A refusal is right, too.
      }
      bench.same(runs, 0, 'the number of runs');
    },
  },
];
