import type { Codec, CodecContext, Decoder, Encoder, EncoderOptions, Payload, SessionOptions } from '@mp/codec';
import { PreparedBlobs } from './message/blobs.js';
import { type DecodeSettings, decodePayload, prepareReferences } from './message/decode.js';
import { type EncodeSettings, MessageEncoder } from './message/encode.js';
import type { CodeEngine } from './message/engine.js';
import { SessionDecoder, SessionEncoder } from './message/session.js';
import { resolveSerializeOptions } from './options.js';

interface Settings {
  readonly encode: EncodeSettings;
  readonly decode: DecodeSettings;
  readonly blobs: PreparedBlobs;
  /** An encoder that is not in use. */
  idle: MessageEncoder | undefined;
}

/**
 * Makes the codec for `@mp/codec`.
 *
 * @param engine - The code engine; without one, values that need it are refused.
 */
export function createSerializeCodec(engine: CodeEngine): Codec {
  const settings = new WeakMap<CodecContext, Settings>();
  const settingsOf = (context: CodecContext = EMPTY): Settings => {
    let found = settings.get(context);
    if (found === undefined) {
      found = resolve(context, engine);
      settings.set(context, found);
    }
    return found;
  };
  return Object.freeze({
    id: 'mp.serialize/1',
    capabilities: Object.freeze({
      functions: engine.capture !== undefined && engine.revive !== undefined,
      instances: engine.capture !== undefined && engine.revive !== undefined,
      identity: true,
      outOfBand: true,
    }),
    module: Object.freeze({ specifier: new URL('./index.js', import.meta.url).href, exportName: 'serializeCodec' }),
    isConstant: (fn: object): boolean => typeof fn === 'function' && (engine.isConstant?.(fn) ?? false),
    identify: (value: object): void => engine.identify?.(value),
    prepareEncode: (value: unknown, context?: CodecContext) => settingsOf(context).blobs.prepare(value),
    encode(value: unknown, context?: CodecContext, root = 'value'): Payload {
      const own = settingsOf(context);
      // A reducer may encode something itself while its own value is being encoded.
      const encoder = own.idle ?? new MessageEncoder(own.encode, false);
      own.idle = undefined;
      try {
        return encoder.encode(value, root, undefined);
      } finally {
        own.idle = encoder;
      }
    },
    prepareDecode: (payload: Payload, context?: CodecContext) => prepareReferences(payload, settingsOf(context).decode),
    decode: (payload: Payload, context?: CodecContext): unknown => decodePayload(payload, settingsOf(context).decode),
    createEncoder: (context?: CodecContext, options?: EncoderOptions): Encoder =>
      new SessionEncoder(settingsOf(context).encode, options ?? {}),
    createDecoder: (context?: CodecContext, options?: SessionOptions): Decoder =>
      new SessionDecoder(settingsOf(context).decode, options ?? {}),
  });
}

const EMPTY: CodecContext = Object.freeze({});

function resolve(context: CodecContext, engine: CodeEngine): Settings {
  const { trust = 'untrusted', reducers = [], limits } = context;
  const options = resolveSerializeOptions({
    reducers,
    limits,
    key: typeof trust === 'object' ? trust.key : undefined,
    trustCode: trust === 'trusted',
  });
  const tags = new Map(options.reducers.map((reducer) => [reducer.tag, reducer]));
  if (tags.size < options.reducers.length) throw new TypeError('Two reducers of one context have the same tag.');
  const blobs = new PreparedBlobs();
  return {
    blobs,
    encode: {
      blobs,
      sharesMemory: false,
      engine,
      reducers: options.reducers,
      trust: options.trust,
      limits: options.limits,
      outOfBandBytes: context.outOfBandBytes ?? Number.POSITIVE_INFINITY,
      attachments: context.attachments ?? false,
      peer: context.peer,
      identity: true,
      exact: options.exact,
      canonical: false,
    },
    decode: { engine, reducers: tags, trust: options.trust, limits: options.limits, peer: context.peer },
    idle: undefined,
  };
}
