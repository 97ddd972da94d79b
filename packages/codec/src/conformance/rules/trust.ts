import type { CodecContext } from '../../context.js';
import type { Reducer } from '../../reducer.js';
import { SERIALIZE_ERROR_CODES as CODES } from '../../serialize-error.js';
import type { Bench } from '../bench.js';
import { Token } from './fixtures.js';
import type { Rule } from './rule.js';

const KEY = new Uint8Array(32).fill(1);
const OTHER_KEY = new Uint8Array(32).fill(2);

/** Bytes from a stranger never act. */
export const trustRules: readonly Rule[] = [
  {
    rule: 'plain data needs no trust',
    async check(bench) {
      const value = { a: [1, new Date(2)], b: new Error('x') };
      bench.same(await bench.roundTrip(value, { trust: 'untrusted' }), value, 'the value');
    },
  },
  {
    rule: 'handles are not revived in an untrusted payload',
    check(bench) {
      const { reducers, revivals } = counting();
      const payload = bench.transmit(bench.codec.encode({ a: new Token(0, 1) }, { reducers }));
      const error = bench.refuses(
        () => bench.codec.decode(payload, { reducers }),
        'Decoding a handle from untrusted bytes',
      );
      bench.same(error.code, CODES.untrusted, 'the code');
      bench.same(revivals(), 0, 'the number of calls of revive');
    },
  },
  {
    rule: 'handles are not revived in an untrusted session',
    check(bench) {
      const { reducers, revivals } = counting();
      const message = bench.transmit(bench.codec.createEncoder({ reducers }).encode(new Token(0, 1)));
      bench.refuses(
        () => bench.codec.createDecoder({ reducers }).decode(message),
        'Decoding a handle in an untrusted session',
      );
      bench.same(revivals(), 0, 'the number of calls of revive');
    },
  },
  {
    rule: 'a signed payload is revived with the same key, and with no other',
    check(bench) {
      const { reducers, revivals } = counting();
      const signed = bench.transmit(bench.codec.encode(new Token(0, 'x'), { reducers, trust: { key: KEY } }));
      bench.same(
        (bench.codec.decode(bench.transmit(signed), { reducers, trust: { key: KEY } }) as Token).payload,
        'x',
        'the handle',
      );
      refuses(bench, signed, { reducers, trust: { key: OTHER_KEY } }, 'Decoding with another key');
      const unsigned = bench.transmit(bench.codec.encode(new Token(0, 'x'), { reducers }));
      refuses(bench, unsigned, { reducers, trust: { key: KEY } }, 'Decoding what was never signed');
      bench.same(revivals(), 1, 'the number of calls of revive');
    },
  },
  {
    rule: 'the signature covers the buffers',
    check(bench) {
      if (!bench.codec.capabilities.outOfBand) return;
      const { reducers } = counting();
      const context: CodecContext = { reducers, trust: { key: KEY }, outOfBandBytes: 100 };
      const signed = bench.transmit(bench.codec.encode([new Token(0, 'x'), new Uint8Array(1000)], context));
      (signed.buffers[0] as Uint8Array)[500] = 1;
      refuses(bench, signed, context, 'Decoding with a changed buffer');
    },
  },
  {
    rule: 'a session with a key signs its messages and takes no others',
    check(bench) {
      const { reducers } = counting();
      const signed: CodecContext = { reducers, trust: { key: KEY } };
      const encoder = bench.codec.createEncoder(signed, { channel: 'a to b' });
      const decoder = bench.codec.createDecoder(signed, { channel: 'a to b' });
      bench.same(decoder.decode(bench.transmit(encoder.encode({ plain: 1 }))), { plain: 1 }, 'a plain message');
      bench.same((decoder.decode(bench.transmit(encoder.encode(new Token(0, 'x')))) as Token).payload, 'x', 'a handle');
      // A plain message brings state, too: unsigned it must not get in.
      const stranger = bench.codec.createEncoder({ reducers }, { epoch: encoder.epoch + 1 });
      const forged = bench.transmit(stranger.encode({ plain: 2 }));
      const error = bench.refuses(() => decoder.decode(forged), 'Decoding an unsigned message in a signed session');
      bench.same([error.code, decoder.synchronized], [CODES.signature, false], 'code and synchronized');
      const otherKey = bench.codec.createEncoder({ reducers, trust: { key: OTHER_KEY } }, { channel: 'a to b' });
      const fresh = bench.codec.createDecoder(signed, { channel: 'a to b' });
      bench.refuses(
        () => fresh.decode(bench.transmit(otherKey.encode(1))),
        'Decoding a message signed with another key',
      );
    },
  },
  {
    rule: 'a signed message cannot be replayed into another channel, nor as one-shot',
    check(bench) {
      const { reducers, revivals } = counting();
      const context: CodecContext = { reducers, trust: { key: KEY } };
      const message = bench.transmit(bench.codec.createEncoder(context, { channel: 'a to b' }).encode(new Token(0, 1)));
      const other = bench.codec.createDecoder(context, { channel: 'b to a' });
      bench.refuses(() => other.decode(bench.transmit(message)), 'Decoding a message of another channel');
      refuses(bench, message, context, 'Decoding a session message as one-shot');
      bench.same(revivals(), 0, 'the number of calls of revive');
    },
  },
  {
    rule: 'code is not revived in an untrusted payload',
    check(bench) {
      if (!bench.codec.capabilities.functions) return;
      const code: readonly (readonly [string, unknown])[] = [
        ['a function', () => 1],
        ['a class', class Local {}],
        ['an instance', new (class Local {})()],
        [
          'an accessor',
          {
            get now() {
              return 1;
            },
          },
        ],
        // biome-ignore lint/suspicious/noThenProperty: thenables are an attack that the rule is about
        ['a thenable', { then: (resolve: (value: unknown) => void) => resolve(1) }],
        ['a bound built-in', Function.prototype.call.bind(Array.prototype.push)],
      ];
      for (const [what, value] of code) {
        const payload = bench.transmit(bench.codec.encode({ value }));
        bench.same(bench.codec.prepareDecode(payload, {}), undefined, `the preparing of ${what} in untrusted bytes`);
        const error = bench.refuses(() => bench.codec.decode(payload, {}), `Decoding ${what} from untrusted bytes`);
        bench.same(error.code, CODES.untrusted, `the code for ${what}`);
      }
    },
  },
];

function refuses(bench: Bench, payload: Parameters<Bench['transmit']>[0], context: CodecContext, what: string): void {
  bench.refuses(() => bench.codec.decode(bench.transmit(payload), context), what);
}

function counting(): { readonly reducers: readonly Reducer[]; revivals(): number } {
  let revivals = 0;
  const reducer: Reducer = {
    tag: 'token',
    test: (value): value is Token => value instanceof Token,
    reduce: (value) => (value as Token).payload,
    revive(data) {
      revivals++;
      return new Token(0, data);
    },
  };
  return { reducers: [reducer], revivals: () => revivals };
}
