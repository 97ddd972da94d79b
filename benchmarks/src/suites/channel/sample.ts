// One sample of the suite `runtime/channel`.
import type { SampleRunner } from '../../harness/model.js';
import { NoNumber, outcomeOf } from '../../harness/refusal.js';
import { median } from '../../harness/statistics.js';
import { onceMs, timeUs } from '../../harness/timing.js';
import type { ChannelPeer, Cycle } from '../../peers/channels/channel-peer.js';
import { channelPeers } from './suite.js';

type Numbers = Record<string, number>;

export const runChannelSample: SampleRunner = (caseId, peerId, { size, timeMs }) =>
  outcomeOf(async () => {
    const peer = channelPeers.find(({ id }) => id === peerId)!;
    const small = size === 'small';
    switch (caseId) {
      case 'pipe-round-trip':
        return roundTrips(peer, small ? 50 : 3000);
      case 'pipe-rate':
        return rate(peer, small ? 500 : 100_000);
      case 'queue-rate':
        return queueRate(peer, small ? 500 : 20_000);
      case 'lock':
        return cycles(await peer.openLock!(), timeMs);
      case 'lock-contended':
        return contended(peer, small ? 500 : 100_000);
      case 'shared-memory':
        return cycles(await peer.openSegments!(), timeMs);
      default:
        return handover(peer, small ? 1_000_000 : 100_000_000, small ? 20 : 500);
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
  return { time: median(times) };
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

async function cycles({ cycle, close }: Cycle, timeMs: number): Promise<Numbers> {
  const time = await timeUs(cycle, timeMs);
  close();
  return { time };
}

async function contended(peer: ChannelPeer, rounds: number): Promise<Numbers> {
  const counter = await peer.openCounter!();
  await counter.count(Math.min(rounds, 1000));
  const [sum, ms] = await onceMs(() => counter.count(rounds));
  counter.close();
  expectEqual(sum, 2 * rounds);
  return { rate: (sum / ms) * 1000 };
}

async function handover(peer: ChannelPeer, bytes: number, times: number): Promise<Numbers> {
  const { hand, close } = await peer.openHandover!(bytes);
  const measured: number[] = [];
  for (let i = 0; i < times; i++) {
    const [last, ms] = await onceMs(hand);
    expectEqual(last, 7);
    measured.push(ms * 1000);
  }
  close();
  return { time: median(measured) };
}

function expectEqual(result: unknown, expected: unknown): void {
  if (result !== expected) throw new NoNumber('wrong', `${String(result)} arrived instead of ${String(expected)}.`);
}
