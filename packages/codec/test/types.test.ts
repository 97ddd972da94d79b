import type {
  Codec,
  CodecContext,
  Decoder,
  Encoder,
  MpError,
  Payload,
  Reducer,
  SerializeError,
  Trust,
} from '@mp/codec';
import { type ConformanceCase, conformanceCases } from '@mp/codec/conformance';
import { structuredCloneCodec } from '@mp/codec/structured-clone';
import { expectTypeOf } from 'expect-type';

// The assertions are the compiler's; that this file builds is the test.
test('the public types are what users write against', () => {
  expectTypeOf(structuredCloneCodec).toEqualTypeOf<Codec>();
  expectTypeOf<Codec['decode']>().parameter(0).toEqualTypeOf<Payload>();
  expectTypeOf<Codec['decode']>().returns.toBeUnknown();
  expectTypeOf<Encoder['encode']>().returns.toEqualTypeOf<Payload>();
  expectTypeOf<Encoder['prepare']>().returns.toEqualTypeOf<Promise<void> | undefined>();
  expectTypeOf<Decoder['synchronized']>().toEqualTypeOf<boolean>();
  expectTypeOf<Payload['buffers']>().toEqualTypeOf<readonly Uint8Array[]>();
  expectTypeOf(conformanceCases).returns.toEqualTypeOf<readonly ConformanceCase[]>();
  expectTypeOf<SerializeError>().toExtend<MpError>();
  expectTypeOf<MpError['path']>().toEqualTypeOf<string | undefined>();
  expectTypeOf<{ key: Uint8Array }>().toExtend<Trust>();
  expectTypeOf<'yes'>().not.toExtend<Trust>();

  class Counter {
    readonly start = 0;
  }
  const reducer: Reducer<Counter, number> = {
    tag: 'counter',
    test: (value): value is Counter => value instanceof Counter,
    reduce: (counter) => counter.start,
    revive: () => new Counter(),
  };
  expectTypeOf(reducer.reduce).parameter(0).toEqualTypeOf<Counter>();
  // A reducer of a kind is accepted among reducers of any kind.
  const context: CodecContext = { reducers: [reducer] };
  expect(context.reducers).toHaveLength(1);
});
