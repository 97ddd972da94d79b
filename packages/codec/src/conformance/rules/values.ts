import { SerializeError } from '../../serialize-error.js';
import type { Bench } from '../bench.js';
import { CONFORMANCE_VALUES, type ConformanceValue } from '../values.js';
import { suspendedGenerator } from './fixtures.js';
import type { Rule } from './rule.js';

class Point {
  readonly x: number;
  readonly y: number;

  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }

  length(): number {
    return Math.hypot(this.x, this.y);
  }
}

/** Every value arrives right, or is refused. */
export const valueRules: readonly Rule[] = [
  ...CONFORMANCE_VALUES.map((row) => ({
    rule: `a value arrives exactly as it was: ${row.name}`,
    check: (bench: Bench) => checkRow(bench, row),
  })),
  {
    rule: 'a function arrives with what it closes over, or is refused',
    async check(bench) {
      let count = 10;
      const add = (n: number): number => (count += n);
      if (!bench.codec.capabilities.functions) {
        bench.refuses(() => bench.codec.encode({ add }), 'Encoding a function');
        return;
      }
      const arrived = (await bench.roundTrip({ add }, { trust: 'trusted' })) as { add(n: number): number };
      bench.same([arrived.add(5), arrived.add(1)], [15, 16], 'the results of two calls of the arrived function');
      bench.same(count, 10, 'the variable here');
    },
  },
  {
    rule: 'an instance of a class keeps its class, or is refused',
    async check(bench) {
      if (!bench.codec.capabilities.instances) {
        bench.refuses(() => bench.codec.encode({ point: new Point(3, 4) }), 'Encoding an instance of a class');
        return;
      }
      const [a, b] = (await bench.roundTrip([new Point(3, 4), new Point(6, 8)], { trust: 'trusted' })) as [
        Point,
        Point,
      ];
      bench.same([a.x, a.y, a.length(), b.length()], [3, 4, 5, 10], 'fields and methods of the arrived instances');
      bench.holds(
        Object.getPrototypeOf(a) === Object.getPrototypeOf(b),
        'Two instances of one class must arrive as instances of one class.',
      );
    },
  },
  {
    rule: 'what cannot travel is refused with its path',
    check(bench) {
      const error = bench.refuses(
        () => bench.codec.encode({ config: { list: [0, suspendedGenerator()] } }, {}, 'job'),
        'Encoding a suspended generator',
      );
      bench.same(error.path, 'job.config.list[1]', 'the path');
      bench.holds(
        error.message.includes('job.config.list[1]'),
        `The message must name the path; it is: ${error.message}`,
      );
    },
  },
  {
    rule: 'a value of any depth arrives or is refused, and never overflows the stack',
    async check(bench) {
      const DEPTH = 200_000;
      let value: unknown = 'bottom';
      for (let i = 0; i < DEPTH; i++) value = [value];
      let arrived = await refusalOr(bench.roundTrip(value));
      if (arrived instanceof SerializeError) return;
      for (let i = 0; i < DEPTH; i++) arrived = (arrived as unknown[])[0];
      bench.same(arrived, 'bottom', `the value ${DEPTH} levels down`);
    },
  },
];

async function checkRow(bench: Bench, { name, make, demand }: ConformanceValue): Promise<void> {
  const value = make();
  const arrived = await refusalOr(bench.roundTrip(value, { trust: 'trusted' }));
  if (arrived instanceof SerializeError) {
    const mayRefuse = demand === 'exact-or-refused' || (demand !== 'required' && !bench.codec.capabilities[demand]);
    if (!mayRefuse) bench.fail(`${name} must be carried, and was refused: ${arrived.message}`, arrived);
    return;
  }
  bench.same(arrived, value, name);
  bench.same(value, make(), `${name}, the original after it was encoded`);
}

/** The refusal as a value: values that are themselves errors of this kind are not in the table. */
function refusalOr(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => {
    if (error instanceof SerializeError) return error;
    throw error;
  });
}
