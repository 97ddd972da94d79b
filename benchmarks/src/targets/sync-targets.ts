// The goals for locks, shared memory and rings, set before they were built, as data.
import type { Figure, FigureTarget } from './target.js';

const sync = (id: string, metric: string, peer = 'mp-native'): Figure => ({
  suite: 'runtime/sync',
  case: id,
  metric,
  peer,
});

// Each goal twice: for the system call's own package, and as a program of the runtime has it.
const both = (target: FigureTarget): readonly FigureTarget[] => {
  const { ours, than } = target;
  const runtime = (found: Figure): Figure => ({ ...found, peer: 'mp-spawn' });
  return [
    target,
    {
      ...target,
      id: `${target.id}-runtime`,
      text: `${target.text} (through @mp/runtime)`,
      ours: runtime(ours),
      ...(than === undefined ? {} : { than: runtime(than) }),
    },
  ];
};

export const syncTargets: readonly FigureTarget[] = [
  ...[
    {
      id: 'lock',
      text: 'a lock that nobody holds, acquired and released: under 0.2 µs',
      ours: sync('lock', 'time'),
      atMost: 0.2,
    },
    {
      id: 'counter',
      text: 'two processes incrementing one locked value: over 1 M/s',
      ours: sync('counter', 'rate'),
      atLeast: 1_000_000,
    },
    {
      id: 'counter-fair',
      text: 'and neither starves: the first is done after half of the time at least',
      ours: sync('counter', 'fair'),
      atLeast: 50,
    },
    {
      id: 'hand-over',
      text: 'a turn handed over by semaphores: within twice a bare futex',
      ours: sync('hand-over', 'time'),
      against: ['futex'],
      atLeast: 0.5,
    },
    {
      id: 'shared-memory',
      text: 'shared memory, create and attach: under 30 µs',
      ours: sync('shared-memory', 'time'),
      atMost: 30,
    },
    {
      id: 'shared-handover',
      text: '100 MB in shared memory handed over: in the time of 4 KB',
      ours: sync('memory-100MB', 'time'),
      than: sync('memory-4kB', 'time'),
      atLeast: 0.8,
    },
  ].flatMap(both),
  {
    id: 'ring-round-trip',
    text: 'a ring, one small message by one: a third of the socket’s latency',
    ours: sync('ring-round-trip', 'time', 'ring'),
    against: ['socket'],
    atLeast: 3,
  },
  {
    id: 'ring-round-trip-blocking',
    text: 'the same, blocking',
    ours: sync('ring-round-trip', 'time', 'ring-blocking'),
    against: ['socket'],
    atLeast: 3,
  },
  {
    id: 'ring-rate',
    text: 'a ring, unbatched small messages: 10 times the socket’s rate',
    ours: sync('ring-rate', 'rate', 'ring'),
    against: ['socket'],
    atLeast: 10,
  },
];
