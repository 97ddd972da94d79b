// What is measured of serializers with data. The sample itself is in sample.ts, which only the sample's process loads.
import type { Case, Metric, Suite } from '../../harness/model.js';
import { cborPeers } from '../../peers/values/cbor-x.js';
import { msgpackrPeers } from '../../peers/values/msgpackr.js';
import { nodePeers } from '../../peers/values/node.js';
import { ourValuePeers } from '../../peers/values/ours.js';
import { textPeers } from '../../peers/values/text.js';
import type { ValuePeer } from '../../peers/values/value-peer.js';
import { type PayloadName, payloadNames, payloads } from './payloads.js';

export const valuePeers: readonly ValuePeer[] = [
  ...ourValuePeers,
  ...nodePeers,
  ...msgpackrPeers,
  ...cborPeers,
  ...textPeers,
];

const metrics: readonly Metric[] = [
  { id: 'encode', title: 'encode', unit: 'µs', better: 'lower' },
  { id: 'decode', title: 'decode', unit: 'µs', better: 'lower' },
  { id: 'bytes', title: 'size', unit: 'bytes', better: 'lower' },
  { id: 'import', title: 'import', unit: 'ms', better: 'lower', alone: true },
  { id: 'firstEncode', title: 'first encode', unit: 'ms', better: 'lower' },
  { id: 'firstDecode', title: 'first decode', unit: 'ms', better: 'lower' },
  { id: 'peak', title: 'peak memory', unit: 'MB', better: 'lower' },
];

// Sessions are about small messages, and out of band is about large binary data; elsewhere they say nothing new.
const only: Readonly<Record<string, readonly PayloadName[]>> = {
  'mp-session': ['rpc', 'records10k'],
  'msgpackr-session': ['rpc', 'records10k'],
  'mp-oob': ['f64_10MB'],
};

export const valuesSuite: Suite = {
  id: 'serialize/values',
  title: 'Values',
  method:
    'A fresh process builds the value, loads the library, encodes and decodes once (the cold figures and the peak ' +
    'memory above what was there before), checks the copy, and then repeats each direction warm. ' +
    'Text counts as its UTF-8 bytes, with the time of making them.',
  peers: valuePeers,
  cases: payloadNames.map(
    (id): Case => ({
      id,
      title: payloads[id].title,
      metrics,
      baseline: 'v8',
      peers: valuePeers.filter((peer) => only[peer.id]?.includes(id) ?? true).map((peer) => peer.id),
      timeoutMs: 20_000,
    }),
  ),
  runner: async () => (await import('./sample.js')).runValueSample,
};
