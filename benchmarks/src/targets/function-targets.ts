// The goals for the serializer with functions, set before it was built, as data.
import type { Figure, FigureTarget } from './target.js';

const functions = (id: string, metric: string, peer = 'mp'): Figure => ({
  suite: 'serialize/functions',
  case: id,
  metric,
  peer,
});

export const functionTargets: readonly FigureTarget[] = [
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
    id: 'prims-instrumented',
    text: 'three captured primitives, instrumented: under 15 µs',
    ours: functions('prims', 'encode', 'mp-instrumented'),
    atMost: 15,
  },
  {
    id: 'chain',
    text: '100 000 functions, each captured by the next, go there and back',
    ours: functions('chain-100k', 'encode'),
    goesThrough: true,
  },
  ...['pure', 'prims', 'nested1000', 'klass'].map((id) => ({
    id: `${id}-peers`,
    text: `serialize against livepack and Pulumi: ${id}`,
    ours: functions(id, 'encode'),
    against: ['livepack', 'pulumi'],
    atLeast: 1,
  })),
  ...['pure', 'prims'].map((id) => ({
    id: `${id}-dill`,
    text: `serialize against dill: ${id}`,
    ours: functions(id, 'encode'),
    against: ['dill'],
    atLeast: 1,
  })),
];
