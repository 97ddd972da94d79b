// What is measured of locks, semaphores, shared memory and rings.
import type { Case, Suite } from '../../harness/model.js';
import { pythonSync } from '../../peers/python.js';
import { futexPeer, nativeSyncPeer } from '../../peers/sync/native.js';
import { ourSyncPeers } from '../../peers/sync/ours.js';
import { ringPeers } from '../../peers/sync/rings.js';
import type { SyncPeer } from '../../peers/sync/sync-peer.js';

export const syncPeers: readonly SyncPeer[] = [...ourSyncPeers, nativeSyncPeer, futexPeer, ...ringPeers];

// Node has no such thing between processes: Python, or the bare system call, is what one compares with.
const offering = (member: keyof SyncPeer): string[] =>
  syncPeers.filter((peer) => peer[member] !== undefined).map(({ id }) => id);

const withPython = (member: keyof SyncPeer): Pick<Case, 'baseline' | 'timeoutMs' | 'peers'> => ({
  baseline: pythonSync.id,
  timeoutMs: 20_000,
  peers: [...offering(member), pythonSync.id],
});

const time = (title: string): Case['metrics'] => [{ id: 'time', title, unit: 'µs', better: 'lower' }];

const cases: readonly Case[] = [
  {
    ...withPython('openLock'),
    id: 'lock',
    title: 'a lock that nobody else holds, acquired and released',
    metrics: time('acquire and release'),
  },
  {
    ...withPython('openCounter'),
    id: 'counter',
    title: 'two processes that increment one locked number, 100 000 times each',
    metrics: [
      { id: 'rate', title: 'increments', unit: '/s', better: 'higher' },
      // Both do the same work: where one is done long before the other, it had the lock for itself.
      { id: 'fair', title: 'the first one ends after … of the time', unit: '%', better: 'higher' },
    ],
  },
  {
    ...withPython('openHandOver'),
    id: 'hand-over',
    title: 'a turn handed to another process and back, by two semaphores',
    metrics: time('there and back'),
    baseline: futexPeer.id,
    pinned: true,
  },
  {
    ...withPython('openSegments'),
    id: 'shared-memory',
    title: 'shared memory of 4 KB: created, attached, released',
    metrics: time('create and attach'),
  },
  {
    ...withPython('openMemory'),
    id: 'memory-4kB',
    title: '4 KB in shared memory, handed to another process that answers',
    metrics: time('there and back'),
    pinned: true,
  },
  {
    ...withPython('openMemory'),
    id: 'memory-100MB',
    title: '100 MB in shared memory, handed to another process that answers',
    metrics: time('there and back'),
    pinned: true,
  },
  {
    id: 'ring-round-trip',
    title: 'eight bytes there and back: a ring in shared memory, or a socket',
    metrics: time('there and back'),
    baseline: 'socket',
    peers: offering('openEcho'),
    timeoutMs: 20_000,
    pinned: true,
  },
  {
    id: 'ring-rate',
    title: '200 000 messages of eight bytes one way, a write for each',
    metrics: [{ id: 'rate', title: 'messages', unit: '/s', better: 'higher' }],
    baseline: 'socket',
    peers: offering('openFlow'),
    timeoutMs: 20_000,
  },
];

export const syncSuite: Suite = {
  id: 'runtime/sync',
  title: 'Locks and shared memory',
  method:
    'Between a program and children of it that are up before the clock starts. Turns and memory are counted there and back.',
  peers: [...syncPeers, pythonSync],
  cases,
  runner: async () => (await import('./sample.js')).runSyncSample,
};
