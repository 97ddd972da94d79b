import type { Codec, Decoder, Encoder } from '../codec.js';
import type { CodecContext, EncoderOptions, SessionOptions } from '../context.js';
import type { Payload } from '../payload.js';
import { resolveContext } from '../resolve-context.js';
import { SERIALIZE_ERROR_CODES as CODES, SerializeError } from '../serialize-error.js';
import { Message, type TagReader } from './reader.js';
import { StructuredCloneDecoder, StructuredCloneEncoder } from './session.js';
import { TagWriter } from './tag-table.js';
import { bindingOf, writeMessage } from './writer.js';

/**
 * A codec on V8's structured clone (`node:v8`): plain data, collections, dates, errors and binary data, with identity and
 * cycles. No functions and no class instances: what would arrive as something else is refused with its path.
 *
 * It is what the runtime uses where `@mp/serialize` is not wanted, and the proof that the contract does not
 * lean on our serializer.
 *
 * @example
 * const { body } = structuredCloneCodec.encode(new Map([['a', [1, 2]]]));
 * structuredCloneCodec.decode({ body, buffers: [], attachments: [] }); // Map(1) { 'a' => [ 1, 2 ] }
 */
export const structuredCloneCodec: Codec = Object.freeze({
  id: 'mp.structured-clone/1',
  capabilities: Object.freeze({ functions: false, instances: false, identity: true, outOfBand: true }),
  module: Object.freeze({ specifier: new URL('./index.js', import.meta.url).href, exportName: 'structuredCloneCodec' }),

  prepareEncode(): undefined {
    return undefined;
  },

  encode(value: unknown, context?: CodecContext, root = 'value'): Payload {
    const resolved = resolveContext(context);
    return writeMessage(value, resolved, root, new TagWriter(resolved.limits.maxSessionEntries));
  },

  prepareDecode(): undefined {
    return undefined;
  },

  decode(payload: Payload, context?: CodecContext): unknown {
    const resolved = resolveContext(context);
    const message = new Message(payload, resolved);
    if (message.position !== undefined)
      throw new SerializeError(CODES.foreign, 'A session message can only be decoded by its session.');
    const tags: TagReader = new Map();
    message.take(tags);
    return message.revive(tags, resolved.trust === 'trusted' || message.isSignedFor(bindingOf(undefined)));
  },

  createEncoder(context?: CodecContext, options: EncoderOptions = {}): Encoder {
    return new StructuredCloneEncoder(resolveContext(context), options);
  },

  createDecoder(context?: CodecContext, options: SessionOptions = {}): Decoder {
    return new StructuredCloneDecoder(resolveContext(context), options);
  },
});
