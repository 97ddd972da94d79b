// What is measured of channels, queues and locks.
import type { Case, Suite } from '../../harness/model.js';
import type { ChannelPeer } from '../../peers/channels/channel-peer.js';
import { nativeChannelPeer } from '../../peers/channels/native.js';
import { nodeChannelPeers } from '../../peers/channels/node.js';
import { ourChannelPeers } from '../../peers/channels/ours.js';
import { pythonChannels } from '../../peers/python.js';

export const channelPeers: readonly ChannelPeer[] = [...ourChannelPeers, nativeChannelPeer, ...nodeChannelPeers];

/** The peers that offer what a case asks for. */
const offering = (...members: readonly (keyof ChannelPeer)[]): string[] =>
  channelPeers.filter((peer) => members.some((member) => peer[member] !== undefined)).map(({ id }) => id);

const piped = {
  baseline: 'child_process',
  timeoutMs: 20_000,
  peers: [...offering('open'), pythonChannels.id],
} as const;
// Node has neither queues nor locks between processes: there Python is what one compares with.
const beyondNode = (member: keyof ChannelPeer): Pick<Case, 'baseline' | 'timeoutMs' | 'peers'> => ({
  baseline: pythonChannels.id,
  timeoutMs: 20_000,
  peers: [...offering(member), pythonChannels.id],
});

const cases: readonly Case[] = [
  {
    ...piped,
    id: 'pipe-round-trip',
    title: 'one small message after the other, there and back',
    metrics: [{ id: 'time', title: 'there and back', unit: 'µs', better: 'lower' }],
    pinned: true,
  },
  {
    ...piped,
    id: 'pipe-rate',
    title: '100 000 small messages one way',
    metrics: [{ id: 'rate', title: 'messages', unit: '/s', better: 'higher' }],
  },
  {
    ...beyondNode('openQueue'),
    id: 'queue-rate',
    title: 'a queue: 20 000 numbers put by a child, taken by its parent',
    metrics: [{ id: 'rate', title: 'items', unit: '/s', better: 'higher' }],
  },
  {
    ...beyondNode('openLock'),
    id: 'lock',
    title: 'a lock that nobody else holds, acquired and released',
    metrics: [{ id: 'time', title: 'acquire and release', unit: 'µs', better: 'lower' }],
  },
  {
    ...beyondNode('openCounter'),
    id: 'lock-contended',
    title: 'two processes that increment one locked number',
    metrics: [{ id: 'rate', title: 'increments', unit: '/s', better: 'higher' }],
  },
  {
    ...beyondNode('openSegments'),
    id: 'shared-memory',
    title: 'shared memory of 4 KB: created, attached, released',
    metrics: [{ id: 'time', title: 'create and attach', unit: 'µs', better: 'lower' }],
  },
  {
    ...beyondNode('openHandover'),
    id: 'shared-handover',
    title: '100 MB in shared memory, handed to another process that answers',
    metrics: [{ id: 'time', title: 'there and back', unit: 'µs', better: 'lower' }],
    pinned: true,
  },
];

export const channelSuite: Suite = {
  id: 'runtime/channel',
  title: 'Channels, queues and locks',
  method: 'Between a program and one child of it, which is up before the clock starts.',
  peers: [...channelPeers, pythonChannels],
  cases,
  runner: async () => (await import('./sample.js')).runChannelSample,
};
