// The goals for the serializer, set before it was built, as data. The report shows each with where we stand.
import { runtimeTargets } from './runtime-targets.js';
import type { Figure, Target } from './target.js';

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

function valueTargets(goal: ValueGoal): Target[] {
  const { row, peer = 'mp', v8, msgpackr, bytes } = goal;
  const mode = peer === 'mp-session' ? `${row}, session` : row;
  const targets: Target[] = [];
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
const treeRows = ['rpc', 'records10k', 'config100k', 'map10k', 'tree50k', 'dates10k', 'strings50k', 'smi200k'];

const treeTargets: readonly Target[] = treeRows.flatMap((row) =>
  ['encode', 'decode'].map((metric) => ({
    id: `mp-tree-${row}-${metric}`,
    text: `identity: false, ${metric} against the best msgpackr mode: ${row}`,
    ours: values(row, metric, 'mp-tree'),
    against: plainModes,
    atLeast: 0.95,
  })),
);

const functions = (id: string, metric: string, peer = 'mp'): Figure => ({
  suite: 'serialize/functions',
  case: id,
  metric,
  peer,
});

const functionTargets: readonly Target[] = [
  { id: 'pure', text: 'a pure function, warm: under 10 µs', ours: functions('pure', 'encode'), atMost: 10 },
  {
    id: 'prims',
    text: 'three captured primitives through the inspector: under 80 µs',
    ours: functions('prims', 'encode'),
    atMost: 80,
  },
  {
    id: 'prims-explicit',
    text: 'three captured primitives, explicit: under 15 µs',
    ours: functions('prims', 'encode', 'mp-explicit'),
    atMost: 15,
  },
  {
    id: 'nested1000',
    text: 'a closure over 1000 entries: under 1 ms',
    ours: functions('nested1000', 'encode'),
    atMost: 1000,
  },
  { id: 'klass', text: 'a class with inheritance: under 300 µs', ours: functions('klass', 'encode'), atMost: 300 },
  { id: 'restore-known', text: 'restoring known code: under 10 µs', ours: functions('prims', 'decode'), atMost: 10 },
  { id: 'restore-new', text: 'restoring new code: under 100 µs', ours: functions('pure', 'decodeNew'), atMost: 100 },
  {
    id: 'first-pure',
    text: 'first call in a fresh process: under 10 ms',
    ours: functions('pure', 'firstEncode'),
    atMost: 10,
  },
  {
    id: 'first-klass',
    text: 'first call in a fresh process, with the debugger domain: under 40 ms',
    ours: functions('klass', 'firstEncode'),
    atMost: 40,
  },
  {
    id: 'pure-livepack',
    text: 'a pure function against livepack',
    ours: functions('pure', 'encode'),
    against: ['livepack'],
    atLeast: 1,
  },
  {
    id: 'prims-dill',
    text: 'three captured primitives against dill',
    ours: functions('prims', 'encode'),
    against: ['dill'],
    atLeast: 1,
  },
];

const otherValueTargets: readonly Target[] = [
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
];

export const targets: readonly Target[] = [
  ...valueGoals.flatMap(valueTargets),
  ...treeTargets,
  ...otherValueTargets,
  ...functionTargets,
  ...runtimeTargets,
];
