// One sample of the suite `runtime/channel`.
import type { SampleRunner } from '../../harness/model.js';
import { NoNumber, outcomeOf } from '../../harness/refusal.js';
import { onceMs } from '../../harness/timing.js';
import { typical } from '../../harness/typical.js';
import type { ChannelPeer } from '../../peers/channels/channel-peer.js';
import { channelPeers } from './suite.js';

type Numbers = Record<string, number>;

export const runChannelSample: SampleRunner = (caseId, peerId, { size }) =>
  outcomeOf(async () => {
    const peer = channelPeers.find(({ id }) => id === peerId)!;
    const small = size === 'small';
    switch (caseId) {
      case 'pipe-round-trip':
        return roundTrips(peer, small ? 50 : 3000);
      case 'pipe-rate':
        return rate(peer, small ? 500 : 100_000);
      default:
        return queueRate(peer, small ? 500 : 20_000);
    }
  });

async function roundTrips(peer: ChannelPeer, count: number): Promise<Numbers> {
  const channel = await peer.open!('echo');
  const times: number[] = [];
  for (let i = 0; i < count * 2; i++) {
    const begin = performance.now();
    await channel.send(i);
    const reply = await channel.receive();
    if (i >= count) times.push((performance.now() - begin) * 1000);
    expectEqual(reply, i);
  }
  channel.close();
  return { time: typical(times) };
}

async function rate(peer: ChannelPeer, count: number): Promise<Numbers> {
  const channel = await peer.open!('count');
  const send = async (messages: number): Promise<void> => {
    for (let i = 0; i < messages; i++) {
      // Only what asks to wait is waited for: a promise for each message would be the measure.
      const wait = channel.send(i);
      if (wait instanceof Promise) await wait;
    }
    await channel.send(-1);
    expectEqual(await channel.receive(), messages);
  };
  await channel.send(-1);
  await channel.receive();
  const [, ms] = await onceMs(() => send(count));
  channel.close();
  return { rate: (count / ms) * 1000 };
}

async function queueRate(peer: ChannelPeer, count: number): Promise<Numbers> {
  const queue = await peer.openQueue!(count);
  expectEqual(await queue.get(), 0);
  const [, ms] = await onceMs(async () => {
    for (let i = 1; i < count; i++) expectEqual(await queue.get(), i);
  });
  queue.close();
  return { rate: (count / ms) * 1000 };
}

function expectEqual(result: unknown, expected: unknown): void {
  if (result !== expected) throw new NoNumber('wrong', `${String(result)} arrived instead of ${String(expected)}.`);
}
