// A pool under attack: workers die at random, tasks are cancelled and run out of time, and every one must be answered once.
import assert from 'node:assert/strict';
import { getContext, type StartMethod } from '@mp/runtime';
import { tasks } from './contexts.js';

/** How a round goes. The seed decides everything but the timing. */
export interface ChaosOptions {
  readonly method: StartMethod;
  readonly seed: number;
  /** How many tasks. */
  readonly count: number;
  /** How often each is run again when its worker dies. */
  readonly retries: number;
}

/** What happened in a round. */
export interface ChaosReport {
  readonly answered: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly died: number;
}

/** So many workers are killed in a round, and about as many die of their tasks. */
const KILLS = 6;

/** The errors with which a task may end, by code. */
const DEATHS = new Set(['MP_WORKER_DIED', 'MP_TIMEOUT', 'MP_CANCELLED']);

/** Numbers of at least 0 and less than 1 that look random and depend on the seed alone (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Runs tasks in a pool whose workers are killed from inside, and from outside where they are processes.
 *
 * @throws AssertionError where a task was not answered, answered twice, or answered wrongly.
 */
export async function chaosRound({ method, seed, count, retries }: ChaosOptions): Promise<ChaosReport> {
  const random = numbersFrom(seed);
  const pool = new (getContext(method).Pool)({
    processes: 1 + Math.floor(random() * 3),
    concurrency: random() < 0.3 ? 4 : 1,
    maxTasksPerChild: random() < 0.3 ? 200 : Number.POSITIVE_INFINITY,
    graceMs: 20,
    output: 'ignore',
  });
  const answers = new Uint8Array(count);
  const report = { answered: 0, failed: 0, cancelled: 0, died: 0 };
  let settled = 0;
  // More, and the pool pauses before it replaces the dead: a storm of failures must not become a storm of processes.
  const killEvery = Math.ceil(count / KILLS);
  const attack = () => {
    const { workers } = pool.stats();
    const victim = workers[Math.floor(random() * workers.length)];
    if (method !== 'thread' && victim?.pid !== undefined) kill(victim.pid);
  };
  const submit = async (i: number): Promise<void> => {
    const dice = random();
    // Some die of themselves, some hang and run out of time; retried, a task meets other dice in its worker.
    const risk = dice * count < 2 * KILLS ? 0.5 : 0;
    const hangs = retries === 0 && dice > 0.998;
    const result = hangs
      ? pool.apply(tasks.spin, [], { timeoutMs: 20 })
      : pool.apply(tasks.riskLife, [i, random() < 0.05 ? 3 : 0.05, risk], { retries });
    if (retries === 0 && dice > 0.99) result.cancel();
    try {
      assert.equal(await result, i);
      report.answered++;
    } catch (error) {
      const { code } = error as { code: string };
      if (!DEATHS.has(code)) throw error;
      if (code === 'MP_CANCELLED') report.cancelled++;
      else report.failed++;
    }
    answers[i] = (answers[i] as number) + 1;
    if (++settled % killEvery === 0) attack();
  };
  try {
    await Promise.all(Array.from({ length: count }, (_, i) => submit(i)));
    assert.ok(
      answers.every((times) => times === 1),
      'every task is answered exactly once',
    );
    const { pending, waiting, died } = pool.stats();
    assert.deepEqual({ pending, waiting }, { pending: 0, waiting: 0 });
    return { ...report, died };
  } finally {
    pool.terminate();
    await pool.join();
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was gone already.
  }
}
