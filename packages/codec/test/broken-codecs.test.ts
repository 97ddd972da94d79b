import type { Codec, Decoder, Encoder, Payload } from '@mp/codec';
import { checkCodec, conformanceCases } from '@mp/codec/conformance';
import { structuredCloneCodec as right } from '@mp/codec/structured-clone';

/** What each deliberate fault is, and a rule that must catch it. */
const FAULTS: readonly (readonly [fault: string, codec: Codec, rule: string])[] = [
  ['it loses identity', losesIdentity(), 'a value arrives exactly as it was: one object twice'],
  ['it loses negative zero', altersValues(), 'a value arrives exactly as it was: negative zero'],
  ['its state leaks from one session to the next', leaksState(), 'a new session knows nothing of an older one'],
  ['its encoder is unusable after a throw', diesOfThrow(), 'an encoder that threw has sent nothing and stays usable'],
  ['it truncates a buffer silently', truncatesBuffers(), 'out-of-band data arrives exactly, in the right order'],
  [
    'it does not notice a truncated buffer',
    toleratesBuffers(),
    'a missing, truncated, longer or extra buffer is refused',
  ],
  ['it has no checksum', toleratesDamage(), 'a payload with one changed byte is refused, and never another value'],
  [
    'it lends the body of a one-shot payload',
    reusesBody(),
    'the body of a one-shot payload belongs to the caller for good',
  ],
  ['it keeps the body', keepsBody(), 'a value arrives exactly as it was: many keys'],
  ['it throws what is not a SerializeError', throwsAnything(), 'what cannot travel is refused with its path'],
  ['it revives handles from strangers', trustsAnybody(), 'handles are not revived in an untrusted payload'],
  ['it does not sign its sessions', unsignedSessions(), 'a session with a key signs its messages and takes no others'],
  ['it decodes asynchronously', asynchronous(), 'a value arrives exactly as it was: an empty object'],
  ['it writes into the body', overwritesBody(), 'a value arrives exactly as it was: an empty object'],
  ['it lacks a method', lacksMethod(), 'a codec has all that the contract asks for'],
  ['it ignores its limits', ignoresLimits(), 'a value with more parts than maxNodes is refused'],
  ['it does not notice a lost message', ignoresOrder(), 'messages in the wrong order are refused'],
];

describe('the conformance kit', () => {
  test('finds nothing wrong with the structured-clone codec', async () => {
    const { passed, failures } = await checkCodec(right);
    expect(failures).toEqual([]);
    expect(passed.length).toBeGreaterThan(100);
  });

  test.each(FAULTS)('notices of a codec that %s', async (_, codec, rule) => {
    const found = conformanceCases(codec).find((entry) => entry.rule === rule);
    await expect(found?.run()).rejects.toMatchObject({ name: 'ConformanceError', code: 'MP_CONFORMANCE', rule });
    await expect(found?.run()).rejects.toThrow(`Rule broken: ${rule}.`);
  });
});

/** The right codec with some of its parts replaced. */
function alter(parts: Partial<Codec>): Codec {
  return { ...right, ...parts };
}

function alterEncoder(make: (encoder: Encoder) => Partial<Encoder>): Codec {
  return alter({
    createEncoder(context, options) {
      const encoder = right.createEncoder(context, options);
      return Object.assign(Object.create(encoder), {
        prepare: () => undefined,
        encode: (value: unknown, root?: string) => encoder.encode(value, root),
        reset: () => encoder.reset(),
        ...make(encoder),
      });
    },
  });
}

function losesIdentity(): Codec {
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copy(part)]));
  };
  return alter({ encode: (value, context, root) => right.encode(copy(value), context, root) });
}

function altersValues(): Codec {
  const plus = (value: unknown): unknown => (Object.is(value, -0) ? 0 : value);
  return alter({
    encode: (value, context, root) => right.encode(Array.isArray(value) ? value.map(plus) : value, context, root),
  });
}

function leaksState(): Codec {
  let shared: Encoder | undefined;
  return alter({
    createEncoder(context, options) {
      shared ??= right.createEncoder(context, options);
      return shared;
    },
  });
}

function diesOfThrow(): Codec {
  return alterEncoder((encoder) => {
    let dead = false;
    return {
      encode(value, root) {
        if (dead) throw new Error('the encoder is in a broken state');
        dead = true;
        const payload = encoder.encode(value, root);
        dead = false;
        return payload;
      },
    };
  });
}

function truncatesBuffers(): Codec {
  const LIMIT = 1500;
  return alter({
    encode(value, context, root) {
      const payload = right.encode(value, context, root);
      return {
        ...payload,
        buffers: payload.buffers.map((buffer) => buffer.map((byte, index) => (index < LIMIT ? byte : 0))),
      };
    },
  });
}

function toleratesBuffers(): Codec {
  return alter({
    decode(payload, context) {
      try {
        return right.decode(payload, context);
      } catch (error) {
        if (payload.buffers.length > 0) return undefined;
        throw error;
      }
    },
  });
}

function toleratesDamage(): Codec {
  return alter({
    decode(payload, context) {
      try {
        return right.decode(payload, context);
      } catch (error) {
        if (payload.body.length > 100) return 'some other value';
        throw error;
      }
    },
  });
}

function reusesBody(): Codec {
  const arena = new Uint8Array(4_000_000);
  return alter({
    encode(value, context, root): Payload {
      const payload = right.encode(value, context, root);
      if (payload.body.byteLength > arena.byteLength) return payload;
      arena.set(payload.body);
      return { ...payload, body: arena.subarray(0, payload.body.byteLength) };
    },
  });
}

function keepsBody(): Codec {
  return alter({
    decode(payload, context) {
      const value = right.decode({ ...payload, body: payload.body.slice() }, context);
      if (typeof value !== 'object' || value === null || !('key69999' in value)) return value;
      // Decodes lazily, when somebody looks: by then the channel has used the memory again.
      return new Proxy(value, {
        getOwnPropertyDescriptor: () => right.decode(payload, context) as PropertyDescriptor,
      });
    },
  });
}

function throwsAnything(): Codec {
  return alter({
    encode(value, context, root) {
      try {
        return right.encode(value, context, root);
      } catch {
        throw new TypeError('could not be cloned');
      }
    },
  });
}

function trustsAnybody(): Codec {
  return alter({ decode: (payload, context) => right.decode(payload, { ...context, trust: 'trusted' }) });
}

function ignoresOrder(): Codec {
  return alter({
    createDecoder(context): Decoder {
      return {
        epoch: 0,
        synchronized: true,
        prepare: () => undefined,
        decode(payload) {
          try {
            return right.createDecoder(context).decode(payload);
          } catch {
            return undefined;
          }
        },
      };
    },
  });
}

function unsignedSessions(): Codec {
  return alter({
    createEncoder: (context, options) => right.createEncoder({ ...context, trust: 'trusted' }, options),
    createDecoder: (context, options) => right.createDecoder({ ...context, trust: 'trusted' }, options),
  });
}

function asynchronous(): Codec {
  return alter({ decode: async (payload, context) => right.decode(payload, context) });
}

function overwritesBody(): Codec {
  return alter({
    decode(payload, context) {
      const value = right.decode(payload, context);
      payload.body.fill(0);
      return value;
    },
  });
}

function lacksMethod(): Codec {
  const { prepareDecode: _, ...others } = right;
  return others as Codec;
}

function ignoresLimits(): Codec {
  return alter({
    encode: (value, context, root) => right.encode(value, { ...context, limits: {} }, root),
    decode: (payload, context) => right.decode(payload, { ...context, limits: {} }),
  });
}
