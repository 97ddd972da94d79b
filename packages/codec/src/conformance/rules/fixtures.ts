import type { Decoder, Encoder } from '../../codec.js';
import type { CodecContext } from '../../context.js';
import type { Reducer } from '../../reducer.js';
import type { Bench } from '../bench.js';

/** A handle as a runtime has them: an object that travels by a reducer. */
export class Token {
  readonly kind: number;
  readonly payload: unknown;

  constructor(kind: number, payload: unknown) {
    this.kind = kind;
    this.payload = payload;
  }
}

/** A reducer for the tokens of one kind. */
export function tokenReducer(kind: number): Reducer {
  return {
    tag: `token-${kind}`,
    test: (value): value is Token => value instanceof Token && value.kind === kind,
    reduce: (value) => ({ payload: (value as Token).payload }),
    revive: (data) => new Token(kind, (data as { payload: unknown }).payload),
  };
}

/** A trusted context with reducers for `kinds` kinds of tokens. */
export function handles(kinds: number): CodecContext {
  return { trust: 'trusted', reducers: Array.from({ length: kinds }, (_, kind) => tokenReducer(kind)) };
}

/** Both ends of a session, and a way from one to the other. */
export function channel(
  bench: Bench,
  context: CodecContext = {},
  epoch?: number,
): { readonly encoder: Encoder; readonly decoder: Decoder; send(value: unknown): unknown } {
  const encoder = bench.codec.createEncoder(context, { epoch });
  const decoder = bench.codec.createDecoder(context);
  const send = (value: unknown): unknown => {
    return bench.receive(bench.transmit(encoder.encode(value)), (payload) => decoder.decode(payload));
  };
  return { encoder, decoder, send };
}

/** What no codec can carry: its state is nowhere but in the engine. */
export function suspendedGenerator(): Generator<number> {
  const generator = (function* count() {
    yield 1;
    yield 2;
  })();
  generator.next();
  return generator;
}
