// What an adapter of a way to start a process offers.
import type { Peer } from '../../harness/model.js';

/** A process that has said its first word. */
export interface Started {
  /** Resolves when it has ended by itself. */
  join(): Promise<unknown>;
}

/** A process that has said its first word and stays, with a heap that was preloaded. */
export interface Staying {
  readonly pid: number;
  /** Asks for an object of the heap, by its index. */
  ask(index: number): Promise<unknown>;
  /** Lets it end, and resolves when it has. */
  end(): Promise<unknown>;
}

export interface StartPeer extends Peer {
  readonly load: () => Promise<() => Promise<Started>>;
  /** The same, of a process that has the heap of workers/heap.cjs, of so many megabytes. */
  readonly loadPreloaded?: (heapMB: number) => Promise<() => Promise<Staying>>;
}
