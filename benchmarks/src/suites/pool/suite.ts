// What is measured of pools.
import type { Case, Metric, Suite } from '../../harness/model.js';
import { bthreadsPeers } from '../../peers/pools/bthreads.js';
import { jestWorkerPeers } from '../../peers/pools/jest-worker.js';
import { ourPoolPeers } from '../../peers/pools/ours.js';
import { piscinaPeers } from '../../peers/pools/piscina.js';
import type { PoolPeer } from '../../peers/pools/pool-peer.js';
import { poolifierPeers } from '../../peers/pools/poolifier.js';
import { rawPeers } from '../../peers/pools/raw.js';
import { tinypoolPeers } from '../../peers/pools/tinypool.js';
import { workerpoolPeers } from '../../peers/pools/workerpool.js';
import { pythonPools } from '../../peers/python.js';

export const poolPeers: readonly PoolPeer[] = [
  ...ourPoolPeers,
  ...piscinaPeers,
  ...tinypoolPeers,
  ...workerpoolPeers,
  ...poolifierPeers,
  ...jestWorkerPeers,
  ...bthreadsPeers,
  ...rawPeers,
];

const peers = [...poolPeers, ...pythonPools];
// The variants that carry binary data, and the bare socket, are for the cases that ask for them.
const libraries = peers.map(({ id }) => id).filter((id) => !id.endsWith('-advanced') && id !== 'socket');
const withAdvanced = peers.map(({ id }) => id).filter((id) => id !== 'socket');
const queues = libraries.filter((id) => id !== 'bthreads-processes' && id !== 'bthreads-threads');

// The points of curves beside the main cases, for the most used of each kind; the others take part in a full run.
const usual = [
  'mp-',
  'piscina',
  'tinypool-',
  'workerpool-processes',
  'poolifier-',
  'child_process',
  'worker_threads',
  'py-multiprocessing',
];
const unusual = peers.map(({ id }) => id).filter((id) => !usual.some((name) => id.startsWith(name)));

// A million tasks take them up to minutes each.
const slowAtMillions = libraries.filter(
  (id) => !id.startsWith('mp-') && id !== 'child_process' && id !== 'worker_threads',
);

const rate: readonly Metric[] = [{ id: 'rate', title: 'tasks', unit: '/s', better: 'higher' }];
const time: readonly Metric[] = [{ id: 'time', title: 'there and back', unit: 'µs', better: 'lower' }];

const common = { baseline: 'child_process', timeoutMs: 30_000 } as const;

function tasks(count: number, name: string): Case {
  return {
    ...common,
    id: `tasks-${name}`,
    title: `${count.toLocaleString('en-US').replaceAll(',', ' ')} empty tasks, all queued at once`,
    metrics: rate,
    peers: libraries,
    curve: { curve: 'tasks', title: 'Tasks a second against the number queued', axis: 'tasks queued', x: count },
    ...(count < 10_000 ? { fullPeers: unusual } : {}),
    ...(count > 100_000 ? { timeoutMs: 120_000, fullPeers: slowAtMillions, maxPasses: 3 } : {}),
  };
}

function echo(bytes: number, name: string): Case {
  return {
    ...common,
    id: `echo-${name}`,
    title: `a Uint8Array of ${name.replace(/(\d+)/, '$1 ')} there and back`,
    metrics: time,
    baseline: 'child_process-advanced',
    peers: withAdvanced,
    curve: { curve: 'payload', title: 'Time there and back against the size', axis: 'bytes', x: bytes },
    ...(bytes < 1_000_000 ? { fullPeers: unusual } : {}),
  };
}

function workers(count: number): Case {
  return {
    ...common,
    id: `workers-${count}`,
    title: `tasks of 1 ms of computation, ${count} worker${count === 1 ? '' : 's'}`,
    metrics: rate,
    peers: queues,
    curve: { curve: 'workers', title: 'Tasks of 1 ms against the number of workers', axis: 'workers', x: count },
    fullPeers: unusual,
  };
}

function start(heapMB: number): Case {
  return {
    ...common,
    id: heapMB === 0 ? 'start' : `start-heap-${heapMB}`,
    title: `from nothing to the first result${heapMB === 0 ? '' : `, ${heapMB} MB of objects in the parent`}`,
    metrics: [
      { id: 'firstResult', title: 'first result', unit: 'ms', better: 'lower' },
      { id: 'import', title: 'import', unit: 'ms', better: 'lower', alone: true },
      { id: 'close', title: 'close', unit: 'ms', better: 'lower' },
    ],
    peers: libraries,
    curve: { curve: 'heap', title: 'First result against the heap of the parent', axis: 'MB of objects', x: heapMB },
    ...(heapMB === 0 ? {} : { fullPeers: unusual, maxPasses: 5 }),
  };
}

export const poolSuite: Suite = {
  id: 'runtime/pool',
  title: 'Pools',
  method:
    'A fresh process imports the library, makes a pool of two workers (unless the case says otherwise), checks that results ' +
    'are what they should be, and takes its measure. `child_process by hand` has no queue, no limits and no error handling.',
  peers,
  cases: [
    start(0),
    tasks(1000, '1k'),
    tasks(10_000, '10k'),
    tasks(100_000, '100k'),
    tasks(1_000_000, '1M'),
    {
      ...common,
      id: 'map-100k',
      title: 'map over 100 000 numbers, as each library chunks by default',
      metrics: [{ id: 'rate', title: 'items', unit: '/s', better: 'higher' }],
      peers: libraries,
    },
    {
      ...common,
      id: 'round-trip',
      title: 'one small task after the other',
      metrics: time,
      peers: [...libraries, 'socket'],
      pinned: true,
    },
    echo(1000, '1kB'),
    echo(100_000, '100kB'),
    echo(1_000_000, '1MB'),
    echo(10_000_000, '10MB'),
    {
      ...common,
      id: 'in-10MB',
      title: '10 MB as an argument, their number back',
      metrics: [{ id: 'rate', title: 'one way', unit: 'MB/s', better: 'higher' }],
      baseline: 'socket',
      peers: peers.map(({ id }) => id),
    },
    {
      ...common,
      id: 'pulled-200k',
      title: '200 000 inputs that are made while results are taken',
      metrics: [
        { id: 'rate', title: 'items', unit: '/s', better: 'higher' },
        { id: 'peak', title: 'peak memory', unit: 'MB', better: 'lower' },
      ],
      baseline: 'py-multiprocessing',
      peers: libraries.filter((id) => id !== 'child_process' && id !== 'worker_threads'),
      timeoutMs: 60_000,
      maxPasses: 3,
    },
    {
      ...common,
      id: 'records-10k',
      title: '10 000 records there and back',
      metrics: time,
      baseline: 'child_process-advanced',
      peers: withAdvanced,
    },
    workers(1),
    workers(2),
    workers(4),
    start(150),
    {
      ...common,
      id: 'memory',
      title: 'memory of idle workers',
      metrics: [
        { id: 'worker', title: 'private to a worker process', unit: 'MB', better: 'lower' },
        { id: 'total', title: 'what the pool takes in all, per worker', unit: 'MB', better: 'lower' },
      ],
      peers: libraries,
    },
  ],
  runner: async () => (await import('./sample.js')).runPoolSample,
};
