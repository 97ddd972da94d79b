// One sample of the suite `runtime/sync`.
import type { SampleRunner } from '../../harness/model.js';
import { NoNumber, outcomeOf } from '../../harness/refusal.js';
import { onceMs, timeUs } from '../../harness/timing.js';
import { typical } from '../../harness/typical.js';
import type { Counter, Cycle, SyncPeer } from '../../peers/sync/sync-peer.js';
import { syncPeers } from './suite.js';

type Numbers = Record<string, number>;

export const runSyncSample: SampleRunner = (caseId, peerId, { size, timeMs }) =>
  outcomeOf(async () => {
    const peer = syncPeers.find(({ id }) => id === peerId)!;
    const small = size === 'small';
    switch (caseId) {
      case 'lock':
        return cycles(await peer.openLock!(), timeMs);
      case 'counter':
        return counts(await peer.openCounter!(), small ? 500 : 100_000);
      case 'hand-over':
        return turns(await peer.openHandOver!(), small ? 50 : 5000);
      case 'shared-memory':
        return cycles(await peer.openSegments!(), timeMs);
      case 'ring-round-trip':
        return turns(await peer.openEcho!(), small ? 50 : 5000);
      case 'ring-rate':
        return flow(peer, small ? 500 : 200_000);
      default:
        return memory(peer, caseId === 'memory-4kB' ? 4096 : small ? 1_000_000 : 100_000_000, small ? 20 : 1000);
    }
  });

async function cycles({ cycle, close }: Cycle, timeMs: number): Promise<Numbers> {
  const time = await timeUs(cycle, timeMs);
  await close();
  return { time };
}

/** Each turn by itself, because they take a promise or not. */
async function turns({ cycle, close }: Cycle, count: number): Promise<Numbers> {
  const times: number[] = [];
  for (let i = 0; i < count * 2; i++) {
    const begin = performance.now();
    const done = cycle();
    if (done instanceof Promise) await done;
    if (i >= count) times.push((performance.now() - begin) * 1000);
  }
  await close();
  return { time: typical(times) };
}

async function counts(counter: Counter, rounds: number): Promise<Numbers> {
  await counter.count(Math.min(rounds, 1000));
  const { firstMs, lastMs, sum } = await counter.count(rounds);
  await counter.close();
  expectEqual(sum, 2 * rounds);
  return { rate: (sum / lastMs) * 1000, fair: (firstMs / lastMs) * 100 };
}

async function memory(peer: SyncPeer, bytes: number, count: number): Promise<Numbers> {
  const { cycle, close } = await peer.openMemory!(bytes);
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const [last, ms] = await onceMs(cycle);
    expectEqual(last, 7);
    times.push(ms * 1000);
  }
  await close();
  return { time: typical(times.slice(count >> 1)) };
}

async function flow(peer: SyncPeer, messages: number): Promise<Numbers> {
  const { send, close } = await peer.openFlow!();
  await send(Math.min(messages, 10_000));
  const [, ms] = await onceMs(() => send(messages));
  await close();
  return { rate: (messages / ms) * 1000 };
}

function expectEqual(result: unknown, expected: unknown): void {
  if (result !== expected) throw new NoNumber('wrong', `${String(result)} arrived instead of ${String(expected)}.`);
}
