import { difference } from '@mp/codec/conformance';
import { structuredCloneCodec as codec } from '@mp/codec/structured-clone';
import fc from 'fast-check';

const { anything } = fc;

/** Whatever structured clone carries: no functions, no symbols, no null prototypes with odd keys are made by these. */
const value = anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: true,
  withNullPrototype: true,
  withBoxedValues: true,
});

function expectSame(actual: unknown, expected: unknown): void {
  expect(difference(actual, expected)).toBeUndefined();
}

describe('laws of the structured-clone codec', () => {
  test('one-shot: decode after encode gives an equal value', () => {
    fc.assert(fc.property(value, (original) => expectSame(codec.decode(codec.encode(original)), original)));
  });

  test('one-shot: binary data may leave the body at any size without changing the value', () => {
    fc.assert(
      fc.property(value, fc.nat(64), (original, outOfBandBytes) => {
        const context = { outOfBandBytes };
        expectSame(codec.decode(codec.encode(original, context), context), original);
      }),
    );
  });

  test('session: any sequence of messages, failures and resets arrives in order', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('send' as const), value }),
      fc.record({ kind: fc.constant('fail' as const), value }),
      fc.record({ kind: fc.constant('reset' as const), value: fc.constant(undefined) }),
      fc.record({ kind: fc.constant('drop' as const), value }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const encoder = codec.createEncoder();
        const decoder = codec.createDecoder();
        for (const { kind, value: message } of steps) {
          if (kind === 'fail') expect(() => encoder.encode([message, () => 0])).toThrow('cannot travel');
          if (kind === 'drop') encoder.encode(message);
          if (kind === 'drop' || kind === 'reset') encoder.reset();
          if (kind === 'send') expectSame(decoder.decode(encoder.encode(message)), message);
        }
      }),
    );
  });

  test('whatever bytes are changed, decoding throws a SerializeError', () => {
    fc.assert(
      fc.property(value, fc.nat(), fc.integer({ min: 1, max: 255 }), (original, position, mask) => {
        const { body } = codec.encode(original);
        const index = position % body.length;
        body[index] = (body[index] as number) ^ mask;
        expect(() => codec.decode({ body, buffers: [], attachments: [] })).toThrow(
          expect.objectContaining({ name: 'SerializeError' }),
        );
      }),
    );
  });
});
