import type { Bench } from '../bench.js';

/** A sentence of the contract, and how to find out whether a codec keeps it. */
export interface Rule {
  readonly rule: string;
  check(bench: Bench): void | Promise<void>;
}
