import { cpuCount } from './cpus.js';

/** Takes a request back. */
export type WithdrawRequest = () => void;

/** Grants workers to pools that are made inside workers of other pools. */
interface Budget {
  /** How many workers may be at work at once. */
  readonly limit: number;
  /** Asks for one worker more. @param granted - Called once, unless the request is withdrawn before. */
  request(granted: () => void): WithdrawRequest;
  /** A worker that was granted is gone. */
  release(): void;
  /** A worker of this process's own pools may have become idle. */
  retry(): void;
}

/** How a worker reaches the budget of its parent. */
export interface BudgetLink {
  ask(): void;
  release(): void;
}

/** The budget of the process at the root of a tree of pools. */
class RootBudget implements Budget {
  chosen: number | undefined;
  #granted = 0;
  readonly #waiting: (() => void)[] = [];

  get limit(): number {
    return this.chosen ?? cpuCount();
  }

  request(granted: () => void): WithdrawRequest {
    this.#waiting.push(granted);
    this.retry();
    return () => {
      const at = this.#waiting.indexOf(granted);
      if (at >= 0) this.#waiting.splice(at, 1);
    };
  }

  release(): void {
    this.#granted--;
    this.retry();
  }

  retry(): void {
    if (this.#waiting.length === 0) return;
    const { limit } = this;
    let busy = 0;
    for (const count of busyCounts) busy += count();
    while (this.#waiting.length > 0 && busy + this.#granted < limit) {
      this.#granted++;
      this.#waiting.shift()?.();
    }
  }
}

/** The budget of a process that is itself a worker: all that it asks for goes on to its parent. */
class PassedBudget implements Budget {
  readonly limit: number;
  readonly #link: BudgetLink;
  readonly #waiting: (() => void)[] = [];

  constructor(link: BudgetLink, limit: number) {
    this.#link = link;
    this.limit = limit;
  }

  request(granted: () => void): WithdrawRequest {
    this.#waiting.push(granted);
    this.#link.ask();
    return () => {
      const at = this.#waiting.indexOf(granted);
      // The parent's grant is under way: whoever is there when it comes takes it, or it goes back.
      if (at >= 0) this.#waiting.splice(at, 1);
    };
  }

  release(): void {
    this.#link.release();
  }

  retry(): void {}

  grant(): void {
    const granted = this.#waiting.shift();
    if (granted === undefined) this.#link.release();
    else granted();
  }
}

const root = new RootBudget();
/** How many workers of each pool of this process have something to do. */
const busyCounts = new Set<() => number>();
let passed: PassedBudget | undefined;

/** The budget that pools of this process share. */
export function budget(): Budget {
  return passed ?? root;
}

/** Whether this process is a worker of a pool. */
export function isPoolWorker(): boolean {
  return passed !== undefined;
}

/** Notes a pool of this process. @param busy - How many of its workers have something to do. @returns A function that forgets it. */
export function countBusy(busy: () => number): () => void {
  busyCounts.add(busy);
  return () => busyCounts.delete(busy);
}

/** This process is a worker: its pools share its parent's budget. @returns A function to be called with each grant. */
export function shareParentsBudget(link: BudgetLink, limit: number): () => void {
  const own = new PassedBudget(link, limit);
  passed = own;
  return () => own.grant();
}

/** Limits the budget at the root of the tree; `undefined` means {@link cpuCount}. */
export function limitBudget(workers: number | undefined): void {
  root.chosen = workers;
  root.retry();
}
