// One sample of the suite `runtime/process`.
import { privateMB, proportionalMB } from '../../harness/memory.js';
import type { Budget, SampleRunner } from '../../harness/model.js';
import { NoNumber, outcomeOf } from '../../harness/refusal.js';
import { median } from '../../harness/statistics.js';
import { onceMs } from '../../harness/timing.js';
import { typical } from '../../harness/typical.js';
import type { StartPeer, Staying } from '../../peers/starts/start-peer.js';
import { startPeers } from './suite.js';

type Numbers = Record<string, number>;

export const runProcessSample: SampleRunner = (caseId, peerId, budget) =>
  outcomeOf(() => {
    const peer = startPeers.find(({ id }) => id === peerId)!;
    const [kind, amount] = caseId.split('-');
    if (kind === 'preload') return preloaded(peer, Number(amount), budget);
    return kind === 'alive' ? alive(peer, Number(amount), budget) : start(peer, budget);
  });

const repetitions = ({ size }: Budget): number => (size === 'small' ? 2 : 7);

async function start(peer: StartPeer, budget: Budget): Promise<Numbers> {
  const [begin, importMs] = await onceMs(() => peer.load());
  const [earliest, first] = await onceMs(begin);
  await earliest.join();
  const ready: number[] = [];
  const gone: number[] = [];
  const whole: number[] = [];
  for (let i = 0; i < repetitions(budget); i++) {
    const [started, readyMs] = await onceMs(begin);
    const [, goneMs] = await onceMs(() => started.join());
    ready.push(readyMs);
    gone.push(goneMs);
    whole.push(readyMs + goneMs);
  }
  return { first, ready: typical(ready), gone: typical(gone), whole: typical(whole), import: importMs };
}

async function preloaded(peer: StartPeer, heapMB: number, budget: Budget): Promise<Numbers> {
  const begin = await peer.loadPreloaded!(scaled(heapMB, budget));
  const [earliest, first] = await onceMs(begin);
  await earliest.end();
  const ready: number[] = [];
  const own: number[] = [];
  for (let i = 0; i < repetitions(budget); i++) {
    const [child, ms] = await onceMs(begin);
    ready.push(ms);
    own.push(privateMB(child.pid) ?? Number.NaN);
    await expectHeap(child, i);
    await child.end();
  }
  const known = own.filter((mb) => !Number.isNaN(mb));
  return { ready: typical(ready), first, ...(known.length > 0 ? { private: median(known) } : {}) };
}

async function alive(peer: StartPeer, count: number, budget: Budget): Promise<Numbers> {
  const wanted = budget.size === 'small' ? 20 : count;
  const begin = await peer.loadPreloaded!(scaled(150, budget));
  await (await begin()).end();
  const children: Staying[] = [];
  const [, upMs] = await onceMs(async () => {
    while (children.length < wanted) children.push(await begin());
  });
  const [, askMs] = await onceMs(() => Promise.all(children.map(expectHeap)));
  const shares = children.map(({ pid }) => proportionalMB(pid)).filter((mb) => mb !== undefined);
  await Promise.all(children.map((child) => child.end()));
  return { start: upMs / wanted, answer: askMs, ...(shares.length > 0 ? { share: median(shares) } : {}) };
}

async function expectHeap(child: Staying, index: number): Promise<void> {
  const value = await child.ask(index);
  if (value !== index) throw new NoNumber('wrong', `The heap holds ${String(value)} where ${index} was preloaded.`);
}

function scaled(heapMB: number, { size }: Budget): number {
  return size === 'small' ? Math.min(heapMB, 10) : heapMB;
}
