// The goals for pools, set before they were built, as data.
import type { Figure, FigureTarget } from './target.js';

const pool = (id: string, metric: string, peer: string): Figure => ({ suite: 'runtime/pool', case: id, metric, peer });

// What queues tasks; bthreads posts them all at once and is compared with by itself.
const queuedProcesses = ['tinypool-processes', 'workerpool-processes', 'poolifier-cluster', 'jest-worker-processes'];
const queuedThreads = ['piscina', 'tinypool-threads', 'workerpool-threads', 'poolifier-threads', 'jest-worker-threads'];
const advancedProcesses = [
  'tinypool-processes-advanced',
  'workerpool-processes-advanced',
  'poolifier-cluster-advanced',
];
const carriers = [...queuedProcesses, ...advancedProcesses, 'bthreads-processes'];

const taskTargets: readonly FigureTarget[] = ['10k', '100k'].flatMap((count) => {
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

const echoTargets: readonly FigureTarget[] = [
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

export const poolTargets: readonly FigureTarget[] = [
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
    id: 'in-10MB',
    text: '10 MB as an argument: at least 0.7 of the raw channel',
    ours: pool('in-10MB', 'rate', 'mp-spawn'),
    against: ['socket'],
    atLeast: 0.7,
  },
  {
    id: 'in-10MB-peers',
    text: '10 MB as an argument, against every pool of processes',
    ours: pool('in-10MB', 'rate', 'mp-spawn'),
    against: carriers,
    atLeast: 1,
  },
  {
    id: 'pulled',
    text: '200 000 pulled inputs: under 64 MB on top',
    ours: pool('pulled-200k', 'peak', 'mp-spawn'),
    atMost: 64,
  },
  {
    id: 'map-python-ahead',
    text: "map over 100 000 trivial tasks: then ahead of Python's pool",
    ours: pool('map-100k', 'rate', 'mp-spawn'),
    against: ['py-multiprocessing'],
    atLeast: 1,
  },
];
