// What is measured of channels and queues.
import type { Case, Suite } from '../../harness/model.js';
import type { ChannelPeer } from '../../peers/channels/channel-peer.js';
import { nodeChannelPeers } from '../../peers/channels/node.js';
import { ourChannelPeers } from '../../peers/channels/ours.js';
import { pythonChannels } from '../../peers/python.js';

export const channelPeers: readonly ChannelPeer[] = [...ourChannelPeers, ...nodeChannelPeers];

/** The peers that offer what a case asks for. */
const offering = (...members: readonly (keyof ChannelPeer)[]): string[] =>
  channelPeers.filter((peer) => members.some((member) => peer[member] !== undefined)).map(({ id }) => id);

const piped = {
  baseline: 'child_process',
  timeoutMs: 20_000,
  peers: [...offering('open'), pythonChannels.id],
} as const;

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
    // Node has no queue between processes: there Python is what one compares with.
    baseline: pythonChannels.id,
    timeoutMs: 20_000,
    peers: [...offering('openQueue'), pythonChannels.id],
    id: 'queue-rate',
    title: 'a queue: 20 000 numbers put by a child, taken by its parent',
    metrics: [{ id: 'rate', title: 'items', unit: '/s', better: 'higher' }],
  },
];

export const channelSuite: Suite = {
  id: 'runtime/channel',
  title: 'Channels and queues',
  method: 'Between a program and one child of it, which is up before the clock starts.',
  peers: [...channelPeers, pythonChannels],
  cases,
  runner: async () => (await import('./sample.js')).runChannelSample,
};
