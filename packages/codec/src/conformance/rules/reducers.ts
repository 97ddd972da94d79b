import type { CodecContext } from '../../context.js';
import type { Reducer } from '../../reducer.js';
import { SERIALIZE_ERROR_CODES as CODES } from '../../serialize-error.js';
import { handles, suspendedGenerator, Token } from './fixtures.js';
import type { Rule } from './rule.js';

/** Reducers: how handles travel. */
export const reducerRules: readonly Rule[] = [
  {
    rule: 'a reducer makes its objects travel, wherever they are in the value',
    async check(bench) {
      const value = {
        top: new Token(0, 1),
        list: [new Token(1, 'x')],
        map: new Map([['k', new Token(0, { a: [1] })]]),
        set: new Set([new Token(1, null)]),
      };
      const arrived = (await bench.roundTrip(value, handles(2))) as typeof value;
      bench.holds(arrived.top instanceof Token, 'The revived object must be what revive made.');
      const payloads = [arrived.top, arrived.list[0], arrived.map.get('k'), ...arrived.set].map(
        (token) => (token as Token).payload,
      );
      bench.same(payloads, [1, 'x', { a: [1] }, null], "the reducers' data");
    },
  },
  {
    rule: 'one handle is reduced once and arrives as one object',
    async check(bench) {
      let reductions = 0;
      const [reducer] = handles(1).reducers as [Reducer];
      const counting: Reducer = {
        ...reducer,
        reduce(value, context) {
          reductions++;
          return reducer.reduce(value, context);
        },
      };
      const token = new Token(0, 1);
      const arrived = (await bench.roundTrip([token, { token }, new Map([[token, token]])], {
        trust: 'trusted',
        reducers: [counting],
      })) as [Token, { token: Token }, Map<Token, Token>];
      bench.same(reductions, 1, 'the number of calls of reduce');
      bench.holds(
        arrived[0] === arrived[1].token && arrived[2].get(arrived[0]) === arrived[0],
        'One handle must arrive as one object.',
      );
    },
  },
  {
    rule: 'a handle may hold other handles',
    async check(bench) {
      const inner = new Token(1, 'inner');
      const arrived = (await bench.roundTrip(
        [inner, new Token(0, { inner, deeper: new Token(0, inner) })],
        handles(2),
      )) as [Token, Token];
      const { inner: held, deeper } = arrived[1].payload as { inner: Token; deeper: Token };
      bench.holds(held === arrived[0] && deeper.payload === held, 'A handle in a handle must keep its identity.');
    },
  },
  {
    rule: 'data shared between a handle and the value stays shared',
    async check(bench) {
      if (!bench.codec.capabilities.identity) return;
      const shared = { n: 1 };
      const [outside, token] = (await bench.roundTrip([shared, new Token(0, { shared })], handles(1))) as [
        object,
        Token,
      ];
      bench.holds((token.payload as { shared: object }).shared === outside, 'One object must arrive as one object.');
    },
  },
  {
    rule: 'a handle whose data leads back to it is refused or arrives, and never hangs',
    async check(bench) {
      const payload: { token?: Token } = {};
      const token = new Token(0, payload);
      payload.token = token;
      try {
        const arrived = (await bench.roundTrip(token, handles(1))) as Token;
        bench.holds((arrived.payload as { token: Token }).token === arrived, 'The cycle must be kept.');
      } catch (error) {
        bench.refuses(() => {
          throw error;
        }, 'A handle whose data leads back to it');
      }
    },
  },
  {
    rule: 'a reducer for memory is asked of views and buffers, and others are not',
    async check(bench) {
      const memory = new ArrayBuffer(16);
      const isOurs = (value: object): boolean =>
        value === memory || (ArrayBuffer.isView(value) && value.buffer === memory);
      const marked: Reducer = {
        tag: 'memory',
        test: (value): value is object => isOurs(value),
        reduce: (value) => (ArrayBuffer.isView(value) ? value.byteOffset : -1),
        revive: (data) => new Token(0, data),
      };
      const value = () => ({ views: [new Int32Array(memory, 8), new DataView(memory, 4)], memory });
      const arrived = (await bench.roundTrip(value(), {
        trust: 'trusted',
        reducers: [{ ...marked, forMemory: true }],
      })) as { views: Token[]; memory: Token };
      bench.same(
        [...arrived.views, arrived.memory].map((token) => token.payload),
        [8, 4, -1],
        'what the views and their memory were reduced to',
      );
      const copied = (await bench.roundTrip(value(), { trust: 'trusted', reducers: [marked] })) as {
        views: ArrayBufferView[];
      };
      bench.same(
        copied.views.map(({ byteOffset }) => byteOffset),
        [8, 4],
        'the offsets of views that no reducer took',
      );
    },
  },
  {
    rule: 'of several reducers the first that fits is taken',
    async check(bench) {
      const [general] = handles(1).reducers as [Reducer];
      const special: Reducer = { ...general, tag: 'special', reduce: () => ({ payload: 'special' }) };
      const arrived = (await bench.roundTrip(new Token(0, 'general'), {
        trust: 'trusted',
        reducers: [special, general],
      })) as Token;
      bench.same(arrived.payload, 'special', 'the payload');
    },
  },
  {
    rule: 'an unknown tag is refused',
    check(bench) {
      const payload = bench.transmit(bench.codec.encode(new Token(3, 1), handles(4)));
      const error = bench.refuses(
        () => bench.codec.decode(payload, handles(2)),
        'Decoding a tag that no reducer here has',
      );
      bench.same(error.code, CODES.reducer, 'the code');
      bench.holds(error.message.includes('token-3'), `The message must name the tag; it is: ${error.message}`);
    },
  },
  {
    rule: 'a reducer that throws is named with the path and the cause',
    check(bench) {
      const cause = new Error('closed');
      const reducer: Reducer = {
        tag: 'broken',
        test: (value): value is Token => value instanceof Token,
        reduce: () => {
          throw cause;
        },
        revive: () => new Token(0, 0),
      };
      const error = bench.refuses(
        () => bench.codec.encode({ args: [new Token(0, 0)] }, { reducers: [reducer] }, 'task'),
        'A reducer that throws',
      );
      bench.same([error.code, error.path], [CODES.reduction, 'task.args[0]'], 'code and path');
      bench.holds(error.cause === cause, 'The cause must be what the reducer threw.');
    },
  },
  {
    rule: 'a reducer is told what kind of payload it serves and who is the peer',
    check(bench) {
      const seen: unknown[] = [];
      const reducer: Reducer = {
        tag: 'curious',
        test: (value): value is Token => value instanceof Token,
        reduce: (_, { kind, peer }) => seen.push('reduce', kind, peer),
        revive(_, { kind, peer }) {
          seen.push('revive', kind, peer);
          return new Token(0, 0);
        },
      };
      const context: CodecContext = { trust: 'trusted', reducers: [reducer], peer: 'worker 1' };
      bench.codec.decode(bench.transmit(bench.codec.encode(new Token(0, 0), context)), context);
      const encoder = bench.codec.createEncoder(context);
      bench.codec.createDecoder(context).decode(bench.transmit(encoder.encode(new Token(0, 0))));
      const oneShot = ['reduce', 'one-shot', 'worker 1', 'revive', 'one-shot', 'worker 1'];
      bench.same(
        seen,
        [...oneShot, ...oneShot.map((word) => (word === 'one-shot' ? 'session' : word))],
        'what the reducer saw',
      );
    },
  },
  {
    rule: 'a reducer is not asked about plain data and built-in classes',
    check(bench) {
      const asked: object[] = [];
      const reducer: Reducer = {
        tag: 'nosy',
        test(value): value is Token {
          asked.push(value);
          return value instanceof Token;
        },
        reduce: () => 0,
        revive: () => new Token(0, 0),
      };
      bench.codec.encode([{}, [], new Map(), new Date(0), new Uint8Array(1), new Error('x'), /x/], {
        reducers: [reducer],
      });
      bench.same(asked.length, 0, 'the number of calls of test');
    },
  },
  {
    rule: 'what was attached for a payload that is never sent is released',
    check(bench) {
      let released = 0;
      const reducer: Reducer = {
        tag: 'descriptor',
        test: (value): value is Token => value instanceof Token,
        reduce: (_, { attach }) => attach({}, () => released++),
        revive: () => new Token(0, 0),
      };
      const context: CodecContext = { trust: 'trusted', reducers: [reducer], attachments: true };
      bench.refuses(
        () => bench.codec.encode([new Token(0, 0), suspendedGenerator()], context),
        'Encoding a suspended generator',
      );
      bench.same(released, 1, 'the number of releases after encode threw');
      bench.codec.encode(new Token(0, 0), context).abandon?.();
      bench.same(released, 2, 'the number of releases after abandon');
    },
  },
  {
    rule: 'attachments travel beside the bytes, and only where the channel carries them',
    check(bench) {
      const resource = { descriptor: 5 };
      const reducer: Reducer = {
        tag: 'port',
        test: (value): value is Token => value instanceof Token,
        reduce: (_, { attach }) => attach(resource),
        revive: (index, { attachment }) => new Token(0, attachment(index as number)),
      };
      const context: CodecContext = { trust: 'trusted', reducers: [reducer] };
      const error = bench.refuses(
        () => bench.codec.encode(new Token(0, 0), context),
        'Attaching where the channel cannot',
      );
      bench.same(error.code, CODES.attachment, 'the code');
      const sent = bench.transmit(bench.codec.encode([new Token(0, 0)], { ...context, attachments: true }));
      bench.holds(
        sent.attachments.length === 1 && sent.attachments[0] === resource,
        'The resource must be listed in the payload, as it is.',
      );
      const [arrived] = bench.codec.decode(sent, { ...context, attachments: true }) as [Token];
      bench.holds(arrived.payload === resource, 'The resource must reach revive.');
      bench.refuses(
        () => bench.codec.decode({ ...sent, attachments: [] }, { ...context, attachments: true }),
        'Decoding with a missing attachment',
      );
    },
  },
];
