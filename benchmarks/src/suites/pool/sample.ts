// One sample of the suite `runtime/pool`.
import { peakMB, privateMB, proportionalMB, resetPeak, residentMB } from '../../harness/memory.js';
import type { Budget, SampleRunner } from '../../harness/model.js';
import { NoNumber, orCannot, outcomeOf } from '../../harness/refusal.js';
import { median } from '../../harness/statistics.js';
import { onceMs } from '../../harness/timing.js';
import { typical } from '../../harness/typical.js';
import type { BenchPool, TaskName } from '../../peers/pools/pool-peer.js';
import { records } from '../values/payloads.js';
import { descendants } from './descendants.js';
import { poolPeers } from './suite.js';

type Numbers = Record<string, number>;
type Measure = (pool: BenchPool, budget: Budget) => Promise<Numbers>;

const WORKERS = 2;

export const runPoolSample: SampleRunner = (caseId, peerId, budget) =>
  outcomeOf(async () => {
    const peer = poolPeers.find(({ id }) => id === peerId)!;
    const [create, importMs] = await onceMs(() => peer.load());
    if (caseId.startsWith('start')) return start(create, importMs, Number(caseId.split('-')[2] ?? 0));
    if (caseId === 'memory') return memory(create);
    const workers = caseId.startsWith('workers-') ? Number(caseId.slice('workers-'.length)) : WORKERS;
    const pool = await create(workers);
    const results = await measureOf(caseId)(pool, budget);
    await pool.close();
    return results;
  });

function measureOf(caseId: string): Measure {
  const [kind, size = ''] = caseId.split('-');
  switch (kind) {
    case 'tasks':
      return (pool, budget) => tasks(pool, scaled(parseCount(size), budget));
    case 'map':
      return (pool, budget) => map(pool, scaled(parseCount(size), budget));
    case 'round':
      return roundTrips;
    case 'echo':
      return (pool, budget) => echo(pool, new Uint8Array(parseCount(size)).fill(7), isSameBytes, budget);
    case 'in':
      return (pool, budget) => oneWay(pool, parseCount(size), budget);
    case 'pulled':
      return (pool, budget) => pulled(pool, scaled(parseCount(size), budget));
    case 'records':
      return (pool, budget) => echo(pool, records(10_000), isSameRecords, budget);
    default:
      return spins;
  }
}

type Create = (workers: number) => BenchPool | Promise<BenchPool>;

async function start(create: Create, importMs: number, heapMB: number): Promise<Numbers> {
  const heap = Array.from({ length: heapMB * 10_000 }, (_, i) => ({ i, next: [i, i + 1] }));
  const [pool, firstResult] = await onceMs(async () => {
    const made = await create(WORKERS);
    expectEqual(await orCannot('first task', () => made.run('increment', 41)), 42);
    return made;
  });
  const [, close] = await onceMs(async () => void (await pool.close()));
  return { firstResult, import: importMs, close, ...(heap.length < 0 ? { heap: 0 } : {}) };
}

async function memory(create: Create): Promise<Numbers> {
  const before = proportionalMB(process.pid);
  if (before === undefined) throw new NoNumber('unavailable', 'This system does not tell what memory is private.');
  const pool = await create(WORKERS);
  for (let i = 0; i < 10; i++) await Promise.all(Array.from({ length: WORKERS }, () => pool.run('noop', i)));
  const children = descendants(process.pid);
  const own = children.map((pid) => privateMB(pid)).filter((mb) => mb !== undefined);
  const family = [process.pid, ...children].reduce((sum, pid) => sum + (proportionalMB(pid) ?? 0), 0);
  await pool.close();
  return { total: (family - before) / WORKERS, ...(own.length > 0 ? { worker: median(own) } : {}) };
}

async function tasks(pool: BenchPool, count: number): Promise<Numbers> {
  await queue(pool, 'increment', Math.min(count, 1000));
  const [sum, ms] = await onceMs(() => queue(pool, 'increment', count));
  expectEqual(sum, (count * (count + 1)) / 2);
  return { rate: (count / ms) * 1000 };
}

/** Queues all tasks at once. @returns the sum of the results. */
async function queue(pool: BenchPool, task: TaskName, count: number): Promise<number> {
  const results: PromiseLike<unknown>[] = [];
  for (let i = 0; i < count; i++) results.push(pool.run(task, i));
  let sum = 0;
  for (const result of await Promise.all(results)) sum += result as number;
  return sum;
}

async function map(pool: BenchPool, count: number): Promise<Numbers> {
  const inputs = Array.from({ length: count }, (_, i) => i);
  if (pool.map === undefined)
    throw new NoNumber('cannot', 'It has no way to run a task over many inputs; tasks one by one are another case.');
  const run = async (items: readonly number[]): Promise<readonly unknown[]> => pool.map!('increment', items);
  await run(inputs.slice(0, 1000));
  const [results, ms] = await onceMs(() => run(inputs));
  if (results.length !== count || results.some((result, i) => result !== i + 1))
    throw new NoNumber('wrong', 'The results are not those of the inputs, in their order.');
  return { rate: (count / ms) * 1000 };
}

/** Bytes there, and their number back. */
async function oneWay(pool: BenchPool, bytes: number, { timeMs }: Budget): Promise<Numbers> {
  const send = async (input: Uint8Array): Promise<void> => {
    const size = await orCannot('size', () => pool.run('size', input));
    if (size !== input.byteLength) throw new NoNumber('wrong', 'What arrived has another size than what was sent.');
  };
  // Small first: who sends numbers as text would take ten seconds.
  await send(new Uint8Array(100).fill(7));
  const input = new Uint8Array(bytes).fill(7);
  await send(input);
  const times: number[] = [];
  const end = performance.now() + timeMs * 4;
  for (let i = 0; i < 4 || performance.now() < end; i++) {
    const [, ms] = await onceMs(() => send(input));
    times.push(ms);
  }
  return { rate: bytes / 1e6 / (typical(times) / 1000) };
}

/** Inputs that are made while the results are taken: nobody may hold them all. */
async function pulled(pool: BenchPool, count: number): Promise<Numbers> {
  if (pool.pull === undefined) throw new NoNumber('cannot', 'It takes its inputs all at once.');
  const run = async (length: number): Promise<number> => {
    let sum = 0;
    for await (const result of pool.pull!('increment', numbers(length))) sum += result as number;
    return sum;
  };
  await run(1000);
  resetPeak();
  const before = residentMB();
  const [sum, ms] = await onceMs(() => run(count));
  expectEqual(sum, (count * (count + 1)) / 2);
  return { rate: (count / ms) * 1000, peak: Math.max(0, peakMB() - before) };
}

async function* numbers(count: number): AsyncGenerator<number> {
  for (let i = 0; i < count; i++) yield i;
}

const roundTrips: Measure = async (pool, { size }) => {
  const count = size === 'small' ? 50 : 2000;
  for (let i = 0; i < count / 2; i++) await pool.run('noop', i);
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const begin = performance.now();
    const result = await pool.run('noop', i);
    times.push((performance.now() - begin) * 1000);
    expectEqual(result, i);
  }
  return { time: typical(times) };
};

async function echo<T>(
  pool: BenchPool,
  value: T,
  same: (copy: unknown, original: T) => boolean,
  budget: Budget,
): Promise<Numbers> {
  // Small first: who returns another type would take ten seconds for 10 MB of it.
  const sample = (value as { slice(from: number, to: number): T }).slice(0, 100);
  if (!same(await orCannot('echo', () => pool.run('echo', sample)), sample))
    throw new NoNumber('wrong', 'What came back differs from what was sent.');
  const times: number[] = [];
  const end = performance.now() + budget.timeMs * 4;
  for (let i = 0; i < 4 || performance.now() < end; i++) {
    const begin = performance.now();
    const copy = await pool.run('echo', value);
    times.push((performance.now() - begin) * 1000);
    if (i === 0 && !same(copy, value)) throw new NoNumber('wrong', 'What came back differs from what was sent.');
  }
  return { time: typical(times.slice(1)) };
}

const spins: Measure = async (pool, { size }) => {
  const count = size === 'small' ? 20 : 300;
  const spin = (): Promise<unknown> => Promise.all(Array.from({ length: count }, () => pool.run('spin', 1)));
  await pool.run('spin', 1);
  const [, ms] = await onceMs(spin);
  return { rate: (count / ms) * 1000 };
};

function isSameBytes(copy: unknown, original: Uint8Array): boolean {
  // A Buffer is not what was sent: it prints, slices and compares differently.
  return Object.getPrototypeOf(copy) === Uint8Array.prototype && Buffer.compare(copy as Uint8Array, original) === 0;
}

function isSameRecords(copy: unknown, original: unknown): boolean {
  return JSON.stringify(copy) === JSON.stringify(original);
}

function expectEqual(result: unknown, expected: unknown): void {
  if (!Object.is(result, expected))
    throw new NoNumber('wrong', `The result is ${String(result)}, not ${String(expected)}.`);
}

function parseCount(text: string): number {
  const [, digits, unit = ''] = /^(\d+)(k|M|kB|MB)?$/.exec(text)!;
  return Number(digits) * (unit.startsWith('k') ? 1000 : unit.startsWith('M') ? 1_000_000 : 1);
}

function scaled(count: number, { size }: Budget): number {
  return size === 'small' ? Math.min(count, 500) : count;
}
