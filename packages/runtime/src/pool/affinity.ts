import type { Job, Worker } from './scheduled-worker.js';

/** So many affinity keys are remembered; the oldest are forgotten. */
const MAX_KEYS = 1 << 16;

/** Where the jobs of each affinity key run. */
export class Homes<J extends Job> {
  readonly #workers = new Map<string | number, Worker<J>>();

  /** The worker of a key, as long as it takes jobs. */
  of(key: string | number): Worker<J> | undefined {
    const worker = this.#workers.get(key);
    return worker?.state === 'ready' || worker?.state === 'starting' ? worker : undefined;
  }

  /** From now on the jobs of the key run there. */
  settle(key: string | number, worker: Worker<J>): void {
    this.#workers.set(key, worker);
    worker.keys++;
    if (this.#workers.size > MAX_KEYS) this.#workers.delete(this.#workers.keys().next().value as string | number);
  }
}

/** What there is to do before a job of a new key. */
export function aheadOf<J extends Job>({ own, inHand, keys }: Worker<J>): number {
  return own.length + inHand.size + keys;
}

/** The worker, of those that take jobs, with the least to do before a job of a new key. */
export function leastAhead<J extends Job>(workers: readonly Worker<J>[]): Worker<J> | undefined {
  let best: Worker<J> | undefined;
  for (const worker of workers)
    if (worker.state !== 'leaving' && (best === undefined || aheadOf(worker) < aheadOf(best))) best = worker;
  return best;
}
