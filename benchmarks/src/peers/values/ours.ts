// @mp/serialize, in the ways in which its documentation offers it.
import type { Codec, CodecContext } from '@mp/codec';
import { loadOurs } from '../our-packages.js';
import { byteCodec, type ValueCodec, type ValuePeer } from './value-peer.js';

interface Serializer {
  serialize(value: unknown): Uint8Array;
  deserialize(bytes: Uint8Array): unknown;
}

interface Serialize extends Serializer {
  readonly Serializer: new (options: { readonly identity?: boolean }) => Serializer;
  serializeCodec: Codec;
}

interface Message {
  readonly body: Uint8Array;
  readonly buffers: readonly Uint8Array[];
  readonly attachments: readonly unknown[];
}

async function outOfBand(): Promise<ValueCodec<Message>> {
  const { serializeCodec } = await loadOurs<Serialize>('serialize', ['serializeCodec']);
  const context: CodecContext = { outOfBandBytes: 4096 };
  return {
    encode: (value) => serializeCodec.encode(value, context),
    decode: (message) => serializeCodec.decode(message, context),
    bytes: ({ body }) => body.byteLength,
  };
}

async function session(): Promise<ValueCodec<Message>> {
  const { serializeCodec } = await loadOurs<Serialize>('serialize', ['serializeCodec']);
  const encoder = serializeCodec.createEncoder();
  const decoder = serializeCodec.createDecoder();
  return {
    encode: (value) => encoder.encode(value),
    decode: (message) => decoder.decode(message),
    bytes: ({ body, buffers }) => buffers.reduce((sum, { byteLength }) => sum + byteLength, body.byteLength),
    session: true,
  };
}

export const ourValuePeers: readonly ValuePeer[] = [
  {
    id: 'mp',
    title: '@mp/serialize',
    ours: true,
    use: '`serialize` and `deserialize` as they are: identity, full fidelity, checksum.',
    load: async () => {
      const { serialize, deserialize } = await loadOurs<Serialize>('serialize', ['serialize', 'deserialize']);
      return byteCodec(
        (value) => serialize(value),
        (bytes) => deserialize(bytes),
      );
    },
  },
  {
    id: 'mp-tree',
    title: '@mp/serialize, identity: false',
    ours: true,
    use: '`new Serializer({ identity: false })`, kept: for data without shared references.',
    load: async () => {
      const { Serializer } = await loadOurs<Serialize>('serialize', ['Serializer']);
      const serializer = new Serializer({ identity: false });
      return byteCodec(
        (value) => serializer.serialize(value),
        (bytes) => serializer.deserialize(bytes),
      );
    },
  },
  {
    id: 'mp-session',
    title: '@mp/serialize, session',
    ours: true,
    use: "`serializeCodec`'s encoder and decoder, as on a channel: what was said once is only referred to.",
    load: session,
  },
  {
    id: 'mp-oob',
    title: '@mp/serialize, out of band',
    ours: true,
    use: '`serializeCodec.encode` with `outOfBandBytes: 4096`: binary data beside the body; bytes are those of the body.',
    load: outOfBand,
  },
];
