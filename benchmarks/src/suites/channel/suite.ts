// What is measured of channels, queues and locks.
import type { Case, Suite } from '../../harness/model.js';
import type { ChannelPeer } from '../../peers/channels/channel-peer.js';
import { nodeChannelPeers } from '../../peers/channels/node.js';
import { ourChannelPeers } from '../../peers/channels/ours.js';
import { pythonChannels } from '../../peers/python.js';

export const channelPeers: readonly ChannelPeer[] = [...ourChannelPeers, ...nodeChannelPeers];

const common = { baseline: 'child_process', timeoutMs: 20_000 } as const;
// Node has neither queues nor locks between processes: there Python is what one compares with.
const beyondNode = {
  baseline: pythonChannels.id,
  timeoutMs: 20_000,
  peers: [...ourChannelPeers.map(({ id }) => id), pythonChannels.id],
} as const;

const cases: readonly Case[] = [
  {
    ...common,
    id: 'pipe-round-trip',
    title: 'one small message after the other, there and back',
    metrics: [{ id: 'time', title: 'there and back', unit: 'µs', better: 'lower' }],
    pinned: true,
  },
  {
    ...common,
    id: 'pipe-rate',
    title: '100 000 small messages one way',
    metrics: [{ id: 'rate', title: 'messages', unit: '/s', better: 'higher' }],
  },
  {
    ...beyondNode,
    id: 'queue-rate',
    title: 'a queue: 20 000 numbers put by a child, taken by its parent',
    metrics: [{ id: 'rate', title: 'items', unit: '/s', better: 'higher' }],
  },
  {
    ...beyondNode,
    id: 'lock',
    title: 'a lock that nobody else holds, acquired and released',
    metrics: [{ id: 'time', title: 'acquire and release', unit: 'µs', better: 'lower' }],
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
