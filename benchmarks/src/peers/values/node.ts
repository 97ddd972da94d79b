// What comes with Node.
import { byteCodec, textCodec, type ValuePeer } from './value-peer.js';

export const nodePeers: readonly ValuePeer[] = [
  {
    id: 'v8',
    title: 'v8.serialize',
    use: '`v8.serialize` and `v8.deserialize`.',
    load: async () => {
      const { serialize, deserialize } = await import('node:v8');
      return byteCodec(serialize, deserialize);
    },
  },
  {
    id: 'structuredClone',
    title: 'structuredClone',
    use: '`structuredClone(value)`: both directions in one step, no bytes in between, nothing transferred.',
    load: async () => ({ encode: (value) => structuredClone(value) }),
  },
  {
    id: 'json',
    title: 'JSON',
    use: '`JSON.stringify` and `JSON.parse`, with UTF-8 bytes in between.',
    load: async () => textCodec(JSON.stringify, JSON.parse),
  },
];
