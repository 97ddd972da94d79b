// What an adapter of locks and shared memory between processes offers.
import type { Peer } from '../../harness/model.js';

/** Something that is done again and again. */
export interface Cycle {
  /** A promise is waited for. */
  cycle(): unknown;
  close(): unknown;
}

/** Two processes that count together. */
export interface Counter {
  /** Each of them increments so often. */
  count(roundsOfEach: number): Promise<Counted>;
  close(): unknown;
}

export interface Counted {
  /** The number afterwards. */
  readonly sum: number;
  /** From the moment when the first was let go to the moment when the first of them was done, and the last, in milliseconds. */
  readonly firstMs: number;
  readonly lastMs: number;
}

/** What a peer does not offer it leaves out; the cases then do not list it. */
export interface SyncPeer extends Peer {
  /** Takes and releases a lock that nobody else holds. */
  readonly openLock?: () => Promise<Cycle>;
  /** Two processes that increment one locked number. */
  readonly openCounter?: () => Promise<Counter>;
  /** A turn is handed to another process and comes back: two semaphores, each released by the other side. */
  readonly openHandOver?: () => Promise<Cycle>;
  /** Creates shared memory, attaches it, and lets go of both. */
  readonly openSegments?: () => Promise<Cycle>;
  /** Shared memory of that size, whose last byte is 7, handed to a process that answers with this byte. */
  readonly openMemory?: (bytes: number) => Promise<Cycle>;
  /** Eight bytes to another process and back. */
  readonly openEcho?: () => Promise<Cycle>;
  /** Sends eight bytes so often, one write for each, to another process; resolves when it has read them all. */
  readonly openFlow?: () => Promise<{ send(messages: number): Promise<void>; close(): unknown }>;
}
