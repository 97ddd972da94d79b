// What an adapter of a way to start a process offers.
import type { Peer } from '../../harness/model.js';

/** A process that has said its first word. */
export interface Started {
  /** Resolves when it has ended by itself. */
  join(): Promise<unknown>;
}

export interface StartPeer extends Peer {
  readonly load: () => Promise<() => Promise<Started>>;
}
