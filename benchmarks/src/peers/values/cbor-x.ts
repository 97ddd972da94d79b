// cbor-x: as its README recommends, one instance that is kept.
import type { Encoder } from 'cbor-x';
import { byteCodec, type ValueCodec, type ValuePeer } from './value-peer.js';

async function codec(options: ConstructorParameters<typeof Encoder>[0]): Promise<ValueCodec<Uint8Array>> {
  const { Encoder } = await import('cbor-x');
  const encoder = new Encoder(options);
  return byteCodec(
    (value) => encoder.encode(value),
    (bytes) => encoder.decode(bytes),
  );
}

export const cborPeers: readonly ValuePeer[] = [
  {
    id: 'cbor-x',
    title: 'cbor-x',
    package: 'cbor-x',
    use: '`new Encoder()`: its default, with record shapes.',
    load: () => codec({}),
  },
  {
    id: 'cbor-x-sc',
    title: 'cbor-x, structured clone',
    package: 'cbor-x',
    use: '`new Encoder({ structuredClone: true })`: keeps identity, cycles and more types.',
    load: () => codec({ structuredClone: true }),
  },
];
