import type { CodecContext } from '../../context.js';
import { SERIALIZE_ERROR_CODES as CODES } from '../../serialize-error.js';
import type { Bench } from '../bench.js';
import type { Rule } from './rule.js';

/** Limits hold whatever the payload says. */
export const limitRules: readonly Rule[] = [
  {
    rule: 'a value that nests deeper than maxDepth is refused',
    check: (bench) => refusesBeyond(bench, { limits: { maxDepth: 10 } }, nested(9), nested(200)),
  },
  {
    rule: 'a value with more parts than maxNodes is refused',
    check: (bench) => refusesBeyond(bench, { limits: { maxNodes: 50 } }, new Array(40).fill(1), records(200)),
  },
  {
    rule: 'a body longer than maxBodyBytes is refused',
    check(bench) {
      const limited: CodecContext = { limits: { maxBodyBytes: 1000 } };
      bench.same(bench.codec.decode(bench.transmit(bench.codec.encode('short')), limited), 'short', 'a short body');
      const long = bench.transmit(bench.codec.encode('x'.repeat(2000)));
      const error = bench.refuses(() => bench.codec.decode(long, limited), 'Decoding a body that is too long');
      bench.same(error.code, CODES.limit, 'the code');
    },
  },
];

function refusesBeyond(bench: Bench, limited: CodecContext, within: unknown, beyond: unknown): void {
  const { codec } = bench;
  bench.same(codec.decode(bench.transmit(codec.encode(within, limited)), limited), within, 'a value within the limit');
  const payload = bench.transmit(codec.encode(beyond));
  const decoding = bench.refuses(() => codec.decode(payload, limited), 'Decoding a value beyond the limit');
  bench.same(decoding.code, CODES.limit, 'the code');
}

function nested(depth: number): unknown {
  let value: unknown = 'bottom';
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { value };
  return value;
}

function records(count: number): unknown {
  return Array.from({ length: count }, (_, id) => ({ id, text: String(id) }));
}
