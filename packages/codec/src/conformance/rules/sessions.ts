import type { Payload } from '../../payload.js';
import { SerializeError } from '../../serialize-error.js';
import { CONFORMANCE_VALUES } from '../values.js';
import { channel, handles, Token } from './fixtures.js';
import type { Rule } from './rule.js';

/** Sessions: state over many messages, epochs and moves. */
export const sessionRules: readonly Rule[] = [
  {
    rule: 'a session carries many messages in order',
    check(bench) {
      const { send } = channel(bench);
      for (let i = 0; i < 500; i++) {
        const value = { i, kind: `k${i % 7}`, nested: { list: [i, String(i)] }, [`only${i % 50}`]: new Date(i) };
        bench.same(send(value), value, `message ${i}`);
      }
    },
  },
  {
    rule: 'every value arrives in a session as it does alone',
    check(bench) {
      const { encoder, decoder } = channel(bench, { trust: 'trusted' });
      for (const { name, make } of CONFORMANCE_VALUES) {
        const value = make();
        let payload: Payload;
        try {
          payload = bench.transmit(encoder.encode(value));
        } catch (error) {
          // Whether it may be refused is the business of the rules on values.
          if (error instanceof SerializeError) continue;
          throw error;
        }
        bench.same(
          bench.receive(payload, (arrived) => decoder.decode(arrived)),
          value,
          name,
        );
      }
    },
  },
  {
    rule: 'state that one message brought serves the next ones',
    check(bench) {
      const { send } = channel(bench, handles(3));
      for (let i = 0; i < 30; i++)
        bench.same((send(new Token(i % 3, i)) as Token).payload, i, `handle of message ${i}`);
    },
  },
  {
    rule: 'interleaved sessions do not see each other',
    check(bench) {
      const context = handles(6);
      const a = channel(bench, context);
      const b = channel(bench, context);
      for (let i = 0; i < 40; i++) {
        const [one, other] = i % 3 === 0 ? [a, b] : [b, a];
        bench.same((one.send(new Token(i % 6, i)) as Token).payload, i, `message ${i} of one session`);
        bench.same(
          other.send({ shape: i, [`s${i % 5}`]: 1 }),
          { shape: i, [`s${i % 5}`]: 1 },
          `message ${i} of the other`,
        );
      }
    },
  },
  {
    rule: 'a new session knows nothing of an older one',
    check(bench) {
      const context = handles(4);
      const older = channel(bench, context);
      for (let i = 0; i < 8; i++) older.send([new Token(i % 4, i), { shape: i }]);
      const fresh = channel(bench, context);
      bench.same(
        (fresh.send([new Token(2, 'x'), { shape: 1 }]) as unknown[])[1],
        { shape: 1 },
        'the first message of a new session',
      );
    },
  },
  {
    rule: 'reset begins the next epoch, and the decoder follows',
    check(bench) {
      const { encoder, decoder, send } = channel(bench, handles(2));
      send(new Token(0, 'before'));
      const { epoch } = encoder;
      encoder.reset();
      bench.same(encoder.epoch, epoch + 1, 'the epoch after reset');
      bench.same((send(new Token(0, 'after')) as Token).payload, 'after', 'the first message of the new epoch');
      bench.same(decoder.epoch, epoch + 1, "the decoder's epoch");
    },
  },
  {
    rule: 'a session starts at the epoch that it is given',
    check(bench) {
      const { encoder, decoder, send } = channel(bench, {}, 41);
      bench.same(encoder.epoch, 41, "the encoder's epoch");
      bench.same(decoder.epoch, -1, "the decoder's epoch before the first message");
      bench.same(send('x'), 'x', 'the first message');
      bench.same(decoder.epoch, 41, "the decoder's epoch");
    },
  },
  {
    rule: 'after the receiving end moved, a new decoder goes on with the next epoch',
    check(bench) {
      const context = handles(2);
      const { encoder, send } = channel(bench, context);
      send([new Token(0, 1), { shape: 1 }]);
      const moved = bench.codec.createDecoder(context);
      encoder.reset();
      const arrived = moved.decode(bench.transmit(encoder.encode([new Token(0, 2), { shape: 2 }]))) as [Token, object];
      bench.same([arrived[0].payload, arrived[1]], [2, { shape: 2 }], 'the first message at the new place');
    },
  },
  {
    rule: 'after the sending end moved, a new encoder goes on with the next epoch',
    check(bench) {
      const context = handles(2);
      const { encoder, decoder, send } = channel(bench, context);
      send(new Token(1, 1));
      const moved = bench.codec.createEncoder(context, { epoch: encoder.epoch + 1 });
      for (const payload of ['a', 'b']) {
        const arrived = decoder.decode(bench.transmit(moved.encode(new Token(1, payload)))) as Token;
        bench.same(arrived.payload, payload, 'a message of the moved encoder');
      }
    },
  },
  {
    rule: 'a full cache forgets, and nothing arrives wrong',
    check(bench) {
      const { send } = channel(bench, { ...handles(40), limits: { maxSessionEntries: 4 } });
      for (let i = 0; i < 400; i++) {
        // Strides that come back to kinds that were forgotten and to kinds that were not.
        const kind = (i * 7) % 40;
        const arrived = send([new Token(kind, i), { [`shape${kind}`]: i, x: 1 }, new Token(i % 3, -i)]) as [
          Token,
          object,
          Token,
        ];
        bench.same([arrived[0].kind, arrived[0].payload, arrived[2].payload], [kind, i, -i], `handles of message ${i}`);
        bench.same(arrived[1], { [`shape${kind}`]: i, x: 1 }, `record of message ${i}`);
      }
    },
  },
  {
    rule: 'binary data of a session may go out of band',
    check(bench) {
      const context = { outOfBandBytes: 100 };
      const { send } = channel(bench, context);
      for (let i = 1; i < 5; i++) {
        const value = { small: new Uint8Array(10).fill(i), large: new Uint8Array(100 * i).fill(i) };
        bench.same(send(value), value, `message ${i}`);
      }
    },
  },
  {
    rule: 'a session starts at an unsigned 32-bit epoch',
    check(bench) {
      for (const epoch of [-1, 1.5, Number.NaN, 2 ** 32]) {
        let error: unknown;
        try {
          bench.codec.createEncoder({}, { epoch });
        } catch (thrown) {
          error = thrown;
        }
        bench.holds(error instanceof RangeError, `createEncoder must throw a RangeError at epoch ${epoch}.`);
      }
      const { encoder, send } = channel(bench, {}, 2 ** 32 - 1);
      send('last epoch');
      encoder.reset();
      bench.same([encoder.epoch, send('x')], [0, 'x'], 'the epoch after the last one, and its first message');
    },
  },
  {
    rule: 'a session snapshots each message when it is encoded',
    check(bench) {
      const { encoder, decoder } = channel(bench);
      const value = { list: [1] };
      const sent = bench.transmit(encoder.encode(value));
      value.list.push(2);
      bench.same(decoder.decode(sent), { list: [1] }, 'the message');
    },
  },
];
