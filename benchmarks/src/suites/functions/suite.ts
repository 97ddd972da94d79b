// What is measured of serializers with functions.
import type { Case, Metric, Size, Suite } from '../../harness/model.js';
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
const dataOnly = dataOnlyPeers.map(({ id }) => id);

const metrics: readonly Metric[] = [
  { id: 'encode', title: 'serialize', unit: 'µs', better: 'lower' },
  { id: 'decode', title: 'restore, code known', unit: 'µs', better: 'lower' },
  { id: 'decodeNew', title: 'restore, code new', unit: 'µs', better: 'lower' },
  { id: 'bytes', title: 'size', unit: 'bytes', better: 'lower' },
  { id: 'import', title: 'import', unit: 'ms', better: 'lower', alone: true },
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

const CHAIN = 100_000;

const chain: Case = {
  id: 'chain-100k',
  title: '100 000 functions, each captured by the next',
  metrics: [
    { id: 'encode', title: 'serialize', unit: 'ms', better: 'lower' },
    { id: 'decode', title: 'restore', unit: 'ms', better: 'lower' },
    { id: 'bytes', title: 'size', unit: 'bytes', better: 'lower' },
  ],
  baseline: 'livepack',
  peers: [
    ...functionPeers.filter(({ id }) => !dataOnly.includes(id) && id !== 'mp-explicit').map(({ id }) => id),
    dillPeer.id,
  ],
  timeoutMs: 60_000,
  maxPasses: 3,
};

/** How many functions a chain has. */
export const chainLength = (size: Size): number => (size === 'small' ? 1000 : CHAIN);

export const functionsSuite: Suite = {
  id: 'serialize/functions',
  title: 'Functions',
  method:
    'One process serializes, another one, which has never seen the file, restores and calls the result. ' +
    'A new closure for each call; making it is not timed. "Code new" restores functions that differ in their text.',
  peers,
  cases: [
    ...Object.entries(titles).map(
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
    chain,
  ],
  runner: async () => (await import('./sample.js')).runFunctionSample,
};
