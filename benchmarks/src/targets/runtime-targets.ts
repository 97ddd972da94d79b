// The goals for the runtime, set before it was built, as data.
import type { Figure, Target } from './target.js';

const figure =
  (suite: string) =>
  (id: string, metric: string, peer: string): Figure => ({ suite, case: id, metric, peer });

const pool = figure('runtime/pool');
const process = figure('runtime/process');
const channel = figure('runtime/channel');

// What queues tasks; bthreads posts them all at once and is compared with by itself.
const queuedProcesses = ['tinypool-processes', 'workerpool-processes', 'poolifier-cluster', 'jest-worker-processes'];
const queuedThreads = ['piscina', 'tinypool-threads', 'workerpool-threads', 'poolifier-threads', 'jest-worker-threads'];
const advancedProcesses = [
  'tinypool-processes-advanced',
  'workerpool-processes-advanced',
  'poolifier-cluster-advanced',
];
const carriers = [...queuedProcesses, ...advancedProcesses, 'bthreads-processes'];

const taskTargets: readonly Target[] = ['10k', '100k'].flatMap((count) => {
  const ours = pool(`tasks-${count}`, 'rate', 'mp-spawn');
  return [
    {
      id: `tasks-${count}-processes`,
      text: `${count} tasks one by one, against the best pool of processes`,
      ours,
      against: queuedProcesses,
      atLeast: 13,
    },
    {
      id: `tasks-${count}-threads`,
      text: `${count} tasks one by one, against the best pool of threads`,
      ours,
      against: queuedThreads,
      atLeast: 6,
    },
    {
      id: `tasks-${count}-bthreads`,
      text: `${count} tasks one by one, against bthreads, which queues nothing`,
      ours,
      against: ['bthreads-processes'],
      atLeast: 3,
    },
  ];
});

const echoTargets: readonly Target[] = [
  ...['1MB', '10MB'].map((size) => ({
    id: `echo-${size}`,
    text: `${size} there and back, against every pool of processes`,
    ours: pool(`echo-${size}`, 'time', 'mp-spawn'),
    against: carriers,
    atLeast: 1,
  })),
  {
    id: 'records',
    text: '10 000 records there and back, against every pool',
    ours: pool('records-10k', 'time', 'mp-spawn'),
    against: [...carriers, ...queuedThreads, 'bthreads-threads'],
    atLeast: 1,
  },
];

export const runtimeTargets: readonly Target[] = [
  ...taskTargets,
  {
    id: 'tasks-million',
    text: 'a million tasks queued: as fast for each as ten thousand',
    ours: pool('tasks-1M', 'rate', 'mp-spawn'),
    than: pool('tasks-10k', 'rate', 'mp-spawn'),
    atLeast: 1,
  },
  {
    id: 'map-python',
    text: "map over 100 000 trivial tasks against Python's pool with plain pickle",
    ours: pool('map-100k', 'rate', 'mp-spawn'),
    against: ['py-multiprocessing'],
    atLeast: 0.6,
  },
  {
    id: 'round-trip',
    text: 'one small task there and back: within 1.6 times a bare socket',
    ours: pool('round-trip', 'time', 'mp-spawn'),
    against: ['socket'],
    atLeast: 1 / 1.6,
  },
  ...echoTargets,
  {
    id: 'start-spawn',
    text: 'from nothing to the first result with spawn: within 1.1 times child_process.fork',
    ours: pool('start', 'firstResult', 'mp-spawn'),
    against: ['child_process'],
    atLeast: 1 / 1.1,
  },
  {
    id: 'start-thread',
    text: 'from nothing to the first result with threads, against every peer',
    ours: pool('start', 'firstResult', 'mp-thread'),
    against: [...queuedThreads, 'bthreads-threads'],
    atLeast: 1,
  },
  {
    id: 'memory',
    text: 'private memory of an idle worker: within 1.15 times a bare Node process',
    ours: pool('memory', 'worker', 'mp-spawn'),
    against: ['child_process'],
    atLeast: 1 / 1.15,
  },
  {
    id: 'forkserver',
    text: 'forkserver, from asking to the first message: under 2.5 ms',
    ours: process('start', 'ready', 'mp-forkserver'),
    atMost: 2.5,
  },
  {
    id: 'forkserver-fork',
    text: 'forkserver against child_process.fork: ten times on Node 20, five times from 22 on',
    ours: process('start', 'ready', 'mp-forkserver'),
    against: ['child_process'],
    atLeast: 5,
  },
  {
    id: 'forkserver-python',
    text: "forkserver, from start to end, against Python's fork",
    ours: process('start', 'whole', 'mp-forkserver'),
    against: ['py-fork'],
    atLeast: 1,
  },
  {
    id: 'lock',
    text: 'a lock that nobody holds, acquired and released: under 0.2 µs',
    ours: channel('lock', 'time', 'mp-native'),
    atMost: 0.2,
  },
  {
    id: 'lock-contended',
    text: 'two processes incrementing one locked value: over 1 M/s',
    ours: channel('lock-contended', 'rate', 'mp-native'),
    atLeast: 1_000_000,
  },
  {
    id: 'shared-memory',
    text: 'shared memory, create and attach: under 30 µs',
    ours: channel('shared-memory', 'time', 'mp-native'),
    atMost: 30,
  },
  {
    id: 'shared-handover',
    text: '100 MB in shared memory handed over: in the time of a small message',
    ours: channel('shared-handover', 'time', 'mp-native'),
    than: channel('pipe-round-trip', 'time', 'child_process'),
    atLeast: 0.8,
  },
];
