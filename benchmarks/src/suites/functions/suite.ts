// What is measured of serializers with functions.
import type { Case, Metric, Suite } from '../../harness/model.js';
import { dataOnlyPeers } from '../../peers/functions/data-only.js';
import type { FunctionPeer } from '../../peers/functions/function-peer.js';
import { livepackPeer } from '../../peers/functions/livepack.js';
import { ourFunctionPeers } from '../../peers/functions/ours.js';
import { pulumiPeer } from '../../peers/functions/pulumi.js';
import { serializeJavascriptPeer } from '../../peers/functions/serialize-javascript.js';
import { dillPeer } from '../../peers/python.js';

export const functionPeers: readonly FunctionPeer[] = [
  ...ourFunctionPeers,
  livepackPeer,
  pulumiPeer,
  serializeJavascriptPeer,
  ...dataOnlyPeers,
];

const peers = [...functionPeers, dillPeer];

const metrics: readonly Metric[] = [
  { id: 'encode', title: 'serialize', unit: 'µs', better: 'lower' },
  { id: 'decode', title: 'restore, code known', unit: 'µs', better: 'lower' },
  { id: 'decodeNew', title: 'restore, code new', unit: 'µs', better: 'lower' },
  { id: 'bytes', title: 'size', unit: 'bytes', better: 'lower' },
  { id: 'import', title: 'import', unit: 'ms', better: 'lower' },
  { id: 'firstEncode', title: 'first serialize', unit: 'ms', better: 'lower' },
  { id: 'firstDecode', title: 'first restore', unit: 'ms', better: 'lower' },
];

const titles = {
  pure: 'a function that captures nothing',
  prims: 'a closure over three primitives',
  nested1000: 'a closure over an object of 1000 entries',
  mutual: 'two functions that call each other',
  klass: 'a class with its base class',
} as const;

export const functionsSuite: Suite = {
  id: 'serialize/functions',
  title: 'Functions',
  method:
    'One process serializes, another one, which has never seen the file, restores and calls the result. ' +
    'A new closure for each call; making it is not timed. "Code new" restores functions that differ in their text.',
  peers,
  cases: Object.entries(titles).map(
    ([id, title]): Case => ({
      id,
      title,
      metrics,
      baseline: 'livepack',
      peers: peers
        .filter((peer) => peer.id !== 'mp-explicit' || id === 'pure' || id === 'prims')
        .map((peer) => peer.id),
      timeoutMs: 30_000,
    }),
  ),
  runner: async () => (await import('./sample.js')).runFunctionSample,
};
