import { SERIALIZE_ERROR_CODES as CODES } from '../../serialize-error.js';
import type { Bench } from '../bench.js';
import type { Rule } from './rule.js';

const SAMPLE = (): unknown => ({
  name: 'sample',
  list: [1, 2.5, -3, 10n ** 20n],
  when: new Date(86_400_000),
  map: new Map([['k', { v: 'é' }]]),
  bytes: Uint8Array.of(1, 2, 3),
});

const DAMAGE: readonly string[] = [CODES.truncated, CODES.damaged, CODES.foreign, CODES.version];

/** Bytes that are not, or no longer, a payload. */
export const damageRules: readonly Rule[] = [
  {
    rule: 'a payload with one changed byte is refused, and never another value',
    check(bench) {
      const { body } = bench.codec.encode(SAMPLE());
      for (let index = 0; index < body.length; index++) {
        for (const mask of [0x01, 0x80, 0xff]) {
          const damaged = body.slice();
          damaged[index] = (damaged[index] as number) ^ mask;
          refuses(bench, damaged, `byte ${index} of ${body.length} changed by 0x${mask.toString(16)}`);
        }
      }
    },
  },
  {
    rule: 'a truncated payload is refused',
    check(bench) {
      const { body } = bench.codec.encode(SAMPLE());
      for (let length = 0; length < body.length; length++)
        refuses(bench, body.slice(0, length), `${length} of ${body.length} bytes`);
    },
  },
  {
    rule: 'a payload with bytes after its end is refused',
    check(bench) {
      const { body } = bench.codec.encode(SAMPLE());
      refuses(bench, Uint8Array.from([...body, 0]), 'one byte more');
      refuses(bench, Uint8Array.from([...body, ...body]), 'twice the payload');
    },
  },
  {
    rule: 'bytes that were never a payload are refused',
    check(bench) {
      let state = 12_345;
      const random = (): number => {
        // A linear congruential generator (Numerical Recipes): the same bytes on every machine.
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return state >>> 24;
      };
      for (let round = 0; round < 2000; round++) {
        refuses(bench, Uint8Array.from({ length: random() % 64 }, random), `random bytes, round ${round}`);
      }
      refuses(bench, new TextEncoder().encode('{"json":true}'), 'JSON text');
    },
  },
  {
    rule: 'decoding pollutes no prototype',
    check(bench) {
      for (const text of [
        '{"__proto__":{"polluted":1}}',
        '{"constructor":{"prototype":{"polluted":1}}}',
        '[{"__proto__":{"polluted":1}}]',
      ]) {
        try {
          bench.codec.decode(bench.transmit(bench.codec.encode(JSON.parse(text))));
        } catch {
          // A refusal is right, too.
        }
        bench.holds(!('polluted' in {}), `Object.prototype has the property of ${text}.`);
      }
    },
  },
];

function refuses(bench: Bench, body: Uint8Array, what: string): void {
  const { code } = bench.refuses(() => bench.codec.decode({ body, buffers: [], attachments: [] }), `Decoding ${what}`);
  bench.holds(DAMAGE.includes(code), `Decoding ${what} must say what is wrong with the bytes, and said ${code}.`);
}
