import { channel, handles, suspendedGenerator, Token } from './fixtures.js';
import type { Rule } from './rule.js';

/** What a session does when a message fails, is lost, or comes at the wrong time. */
export const sessionFailureRules: readonly Rule[] = [
  {
    rule: 'an encoder that threw has sent nothing and stays usable',
    check(bench) {
      const { encoder, send } = channel(bench, handles(3));
      send({ first: 1 });
      // The parts before the bad one bring new state, which must not count as sent.
      bench.refuses(
        () => encoder.encode([{ fresh: 1 }, new Token(1, 1), suspendedGenerator()]),
        'Encoding a suspended generator',
      );
      bench.same(send({ fresh: 2 }), { fresh: 2 }, 'a record of the shape that the failed message would have brought');
      bench.same(
        (send(new Token(1, 'ok')) as Token).payload,
        'ok',
        'a handle of the kind that the failed message would have brought',
      );
    },
  },
  {
    rule: 'an encoder whose reducer threw stays usable',
    check(bench) {
      let broken = true;
      const reducer = {
        tag: 'fickle',
        test: (value: object): value is Token => value instanceof Token,
        reduce(value: object): unknown {
          if (broken) throw new Error('not now');
          return (value as Token).payload;
        },
        revive: (data: unknown) => new Token(0, data),
      };
      const { encoder, send } = channel(bench, { trust: 'trusted', reducers: [reducer] });
      bench.refuses(() => encoder.encode({ a: new Token(0, 1) }), 'A reducer that throws');
      broken = false;
      bench.same((send(new Token(0, 2)) as Token).payload, 2, 'the next message');
    },
  },
  {
    rule: 'a message that was encoded and never sent is made good by a new epoch',
    check(bench) {
      const { encoder, decoder, send } = channel(bench, handles(2));
      send({ a: 1 });
      encoder.encode([{ brought: 1 }, new Token(1, 1)]);
      encoder.reset();
      bench.same(send({ brought: 2 }), { brought: 2 }, 'the message after it');
      bench.same((send(new Token(1, 2)) as Token).payload, 2, 'a handle after it');
      bench.holds(decoder.synchronized, 'The decoder must be synchronized.');
    },
  },
  {
    rule: 'a lost message is noticed, and nothing is decoded until the next epoch',
    check(bench) {
      const { encoder, decoder, send } = channel(bench, handles(2));
      send('x');
      encoder.encode([{ lost: 1 }, new Token(0, 1)]);
      bench.refuses(() => send([{ lost: 2 }, new Token(0, 2)]), 'Decoding the message after a lost one');
      bench.holds(!decoder.synchronized, 'The decoder must say that it lost its state.');
      bench.refuses(() => send('anything'), 'Decoding in the same epoch after a loss');
      encoder.reset();
      bench.same(send({ lost: 3 }), { lost: 3 }, 'a message of the next epoch');
      bench.holds(decoder.synchronized, 'The decoder must be synchronized again.');
    },
  },
  {
    rule: 'messages in the wrong order are refused',
    check(bench) {
      const { encoder, decoder } = channel(bench);
      const [first, second] = [1, 2].map((n) => bench.transmit(encoder.encode({ n })));
      bench.refuses(() => decoder.decode(second as never), 'Decoding the second message first');
      bench.refuses(() => decoder.decode(first as never), 'Decoding the first message after it');
    },
  },
  {
    rule: 'a message is not decoded twice',
    check(bench) {
      const { encoder, decoder } = channel(bench);
      const message = bench.transmit(encoder.encode({ n: 1 }));
      decoder.decode(bench.transmit(message));
      bench.refuses(() => decoder.decode(message), 'Decoding a message again');
    },
  },
  {
    rule: 'a decoder that starts in the middle of an epoch refuses its messages',
    check(bench) {
      const { encoder, send } = channel(bench);
      send('x');
      const late = bench.codec.createDecoder();
      bench.refuses(() => late.decode(bench.transmit(encoder.encode('y'))), 'Decoding from the middle of an epoch');
    },
  },
  {
    rule: 'a message of an epoch that is over is refused',
    check(bench) {
      const { encoder, decoder, send } = channel(bench);
      const stale = bench.transmit(encoder.encode('stale'));
      encoder.reset();
      send('fresh');
      bench.refuses(() => decoder.decode(stale), 'Decoding a message of an older epoch');
      bench.same(send('still'), 'still', 'the next message of the present epoch');
    },
  },
  {
    rule: 'a damaged message is refused and costs the epoch, not the session',
    check(bench) {
      const { encoder, decoder, send } = channel(bench);
      send('x');
      const damaged = bench.transmit(encoder.encode({ a: 1, b: 'two' }));
      damaged.body[damaged.body.length - 2] = (damaged.body[damaged.body.length - 2] as number) ^ 0x20;
      bench.refuses(() => decoder.decode(damaged), 'Decoding a damaged message');
      bench.holds(!decoder.synchronized, 'The decoder must say that it lost its state.');
      encoder.reset();
      bench.same(send('y'), 'y', 'a message of the next epoch');
    },
  },
  {
    rule: 'a message that cannot be revived leaves the session as it was',
    check(bench) {
      const stubborn = {
        tag: 'stubborn',
        test: (value: object): value is Token => value instanceof Token && value.kind === 9,
        reduce: () => 1,
        revive: () => fail(),
      };
      const context = handles(2);
      const { decoder, send } = channel(bench, { ...context, reducers: [stubborn, ...(context.reducers ?? [])] });
      // The one that fails comes first: what comes after it brings state all the same.
      bench.refuses(
        () => send([new Token(9, 1), { shape: 1 }, new Token(1, 1)]),
        'Reviving a handle whose reducer throws',
      );
      bench.holds(decoder.synchronized, 'The message was whole: the decoder must stay synchronized.');
      bench.same(send({ shape: 2 }), { shape: 2 }, 'a record of the shape that the failed message brought');
      bench.same((send(new Token(1, 2)) as Token).payload, 2, 'a handle of the kind that the failed message brought');
    },
  },
  {
    rule: 'an unknown tag and a lack of trust leave the session as it was',
    check(bench) {
      const context = handles(3);
      const few = { ...context, reducers: (context.reducers ?? []).slice(0, 2) };
      for (const [receiver, refused] of [
        [few, new Token(2, 1)],
        [{ reducers: context.reducers }, new Token(0, 1)],
      ] as const) {
        const encoder = bench.codec.createEncoder(context);
        const decoder = bench.codec.createDecoder(receiver);
        const send = (value: unknown): unknown => decoder.decode(bench.transmit(encoder.encode(value)));
        bench.refuses(() => send([refused, { shape: 1 }]), 'Decoding a handle that cannot be revived here');
        bench.holds(decoder.synchronized, 'The message was whole: the decoder must stay synchronized.');
        bench.same(send({ shape: 2 }), { shape: 2 }, 'a record of the shape that the refused message brought');
      }
    },
  },
  {
    rule: 'the path in an error of a session starts with the root that it was given',
    check(bench) {
      const { encoder } = channel(bench);
      const error = bench.refuses(
        () => encoder.encode([0, suspendedGenerator()], 'result'),
        'Encoding a suspended generator',
      );
      bench.same(error.path, 'result[1]', 'the path');
    },
  },
  {
    rule: 'one-shot payloads and session messages are not mistaken for each other',
    check(bench) {
      const { codec } = bench;
      const message = bench.transmit(codec.createEncoder().encode({ a: 1 }));
      bench.refuses(() => codec.decode(message), 'Decoding a session message as one-shot');
      bench.refuses(
        () => codec.createDecoder().decode(bench.transmit(codec.encode({ a: 1 }))),
        'Decoding a one-shot payload in a session',
      );
    },
  },
];

function fail(): never {
  throw new Error('cannot be revived here');
}
