// The goals for the serializer with data, set before it was built, as data.
import type { Figure, FigureTarget, Target } from './target.js';

const values = (id: string, metric: string, peer = 'mp'): Figure => ({
  suite: 'serialize/values',
  case: id,
  metric,
  peer,
});

interface ValueGoal {
  readonly row: string;
  readonly peer?: string;
  readonly v8?: readonly [encode: number, decode: number];
  readonly msgpackr?: readonly [encode: number, decode: number];
  /** Our size over that of v8, at most. */
  readonly bytes?: number;
}

// In the default mode, which keeps identity and full fidelity and carries a checksum.
const valueGoals: readonly ValueGoal[] = [
  { row: 'rpc', v8: [2.5, 1.4], msgpackr: [0.85, 0.85], bytes: 0.9 },
  { row: 'rpc', peer: 'mp-session', v8: [4.5, 6], msgpackr: [1.6, 3.5], bytes: 0.48 },
  { row: 'records10k', v8: [1.5, 5.3], msgpackr: [1.35, 1.1], bytes: 0.52 },
  { row: 'config100k', v8: [0.75, 1.4], msgpackr: [2.3, 1.5], bytes: 0.75 },
  { row: 'map10k', v8: [1, 2.2], msgpackr: [1.2, 0.95], bytes: 0.75 },
  { row: 'graph10k', v8: [1, 3], msgpackr: [1.9, 7], bytes: 0.7 },
  { row: 'tree50k', v8: [1, 5], msgpackr: [1.1, 0.85], bytes: 0.5 },
  { row: 'dates10k', v8: [1, 1], msgpackr: [2, 1.9], bytes: 0.95 },
  { row: 'strings50k', v8: [0.7, 1.15], msgpackr: [1.6, 1.5], bytes: 0.95 },
  { row: 'smi200k', v8: [3, 2.1], msgpackr: [3, 1.2], bytes: 1.05 },
  { row: 'ascii1MB', v8: [0.9, 2], msgpackr: [0.9, 2], bytes: 1.01 },
  { row: 'unicode1MB', v8: [0.75, 0.9], msgpackr: [3, 5], bytes: 1.01 },
  { row: 'float1M', v8: [0.6, 10], msgpackr: [2.8, 2], bytes: 0.9 },
  { row: 'f64_10MB', v8: [0.9, 0], msgpackr: [1.1, 1], bytes: 1.01 },
];

function valueTargets(goal: ValueGoal): FigureTarget[] {
  const { row, peer = 'mp', v8, msgpackr, bytes } = goal;
  const mode = peer === 'mp-session' ? `${row}, session` : row;
  const targets: FigureTarget[] = [];
  for (const [other, ratios] of [
    ['v8', v8],
    ['msgpackr-sc', msgpackr],
  ] as const) {
    for (const [index, metric] of (['encode', 'decode'] as const).entries()) {
      const atLeast = ratios?.[index] ?? 0;
      if (atLeast === 0) continue;
      const text = `${metric} against ${other === 'v8' ? 'v8' : 'msgpackr, structured clone'}: ${mode}`;
      targets.push({
        id: `${peer}-${row}-${metric}-${other}`,
        text,
        ours: values(row, metric, peer),
        against: [other],
        atLeast,
      });
    }
  }
  if (bytes !== undefined)
    targets.push({
      id: `${peer}-${row}-bytes`,
      text: `size against v8: ${mode}`,
      ours: values(row, 'bytes', peer),
      against: ['v8'],
      atLeast: 1 / bytes,
    });
  return targets;
}

const plainModes = ['msgpackr', 'msgpackr-records'];
// Every row that msgpackr gets right in one of its two modes without identity.
const treeRows = [
  'rpc',
  'records10k',
  'config100k',
  'map10k',
  'tree50k',
  'dates10k',
  'strings50k',
  'smi200k',
  'ascii1MB',
  'unicode1MB',
  'float1M',
];

const treeTargets: readonly FigureTarget[] = treeRows.flatMap((row) =>
  ['encode', 'decode'].map((metric) => ({
    id: `mp-tree-${row}-${metric}`,
    text: `identity: false, ${metric} against the best msgpackr mode: ${row}`,
    ours: values(row, metric, 'mp-tree'),
    against: plainModes,
    atLeast: 0.95,
  })),
);

const treeHalf: Target = {
  id: 'mp-tree-half',
  text: 'identity: false, 1.2 times the best msgpackr mode: on half of the rows',
  among: treeTargets.map(({ id }) => id),
  reach: 1.2,
  share: 0.5,
};

const scaling = (id: string, metric: string, peer = 'mp'): Figure => ({
  suite: 'serialize/scaling',
  case: id,
  metric,
  peer,
});

const scalingTargets: readonly FigureTarget[] = [
  ...['encode', 'decode'].map((metric) => ({
    id: `classes-${metric}`,
    text: `80 registered classes, ${metric}: within 1.3 times the cost of one`,
    ours: scaling('classes-80', metric),
    than: scaling('classes-1', metric),
    atLeast: 1 / 1.3,
  })),
  {
    id: 'shapes-encode',
    text: '20 000 shapes, encode: under 400 ns for each object',
    ours: scaling('shapes-20k', 'encode'),
    atMost: 0.4,
  },
  {
    id: 'shapes-decode',
    text: '20 000 shapes, decode: under 1.1 µs for each object',
    ours: scaling('shapes-20k', 'decode'),
    atMost: 1.1,
  },
  {
    id: 'depth',
    text: 'a list 2 000 000 nodes deep goes there and back',
    ours: scaling('depth-2000000', 'encode'),
    goesThrough: true,
  },
  ...['encode', 'decode'].map((metric) => ({
    id: `depth-${metric}`,
    text: `2 000 000 nodes deep, ${metric}: within 3 times the cost of a shallow node`,
    ours: scaling('depth-2000000', metric),
    than: scaling('depth-100', metric),
    atLeast: 1 / 3,
  })),
  {
    id: 'arena',
    text: 'a small message keeps no more than 64 KB alive',
    ours: scaling('arena', 'kept'),
    atMost: 65_536,
  },
];

const otherValueTargets: readonly FigureTarget[] = [
  {
    id: 'import',
    text: 'first use in a fresh process, import: under 30 ms',
    ours: values('rpc', 'import'),
    atMost: 30,
  },
  {
    id: 'oob-encode',
    text: '10 MB out of band, encode: under 5 µs',
    ours: values('f64_10MB', 'encode', 'mp-oob'),
    atMost: 5,
  },
  {
    id: 'oob-decode',
    text: '10 MB out of band, decode: under 5 µs',
    ours: values('f64_10MB', 'decode', 'mp-oob'),
    atMost: 5,
  },
  {
    id: 'oob-head',
    text: '10 MB out of band, body: under 200 bytes',
    ours: values('f64_10MB', 'bytes', 'mp-oob'),
    atMost: 200,
  },
  ...['encode', 'decode'].map((metric) => ({
    id: `oob-${metric}-msgpackr`,
    text: `10 MB out of band, ${metric} against msgpackr, structured clone`,
    ours: values('f64_10MB', metric, 'mp-oob'),
    against: ['msgpackr-sc'],
    atLeast: 300,
  })),
];

export const serializeTargets: readonly Target[] = [
  ...valueGoals.flatMap(valueTargets),
  ...treeTargets,
  treeHalf,
  ...otherValueTargets,
  ...scalingTargets,
];
