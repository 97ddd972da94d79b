// Serializers of data, asked for a function: the table shows which of them say no, and which say nothing.
import { cborPeers } from '../values/cbor-x.js';
import { msgpackrPeers } from '../values/msgpackr.js';
import { nodePeers } from '../values/node.js';
import { textPeers } from '../values/text.js';
import type { FunctionPeer } from './function-peer.js';

const asked = ['v8', 'structuredClone', 'msgpackr-sc', 'cbor-x-sc', 'seroval', 'devalue', 'superjson'];

export const dataOnlyPeers: readonly FunctionPeer[] = [...nodePeers, ...msgpackrPeers, ...cborPeers, ...textPeers]
  .filter(({ id }) => asked.includes(id))
  .map((peer) => ({
    ...peer,
    load: async () => {
      const { encode, decode } = await peer.load();
      return {
        encode: (fn) => encode(fn) as Uint8Array,
        decode: (bytes) => decode!(bytes),
      };
    },
  }));
