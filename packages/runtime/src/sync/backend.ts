import type { Ticket } from '../channel/broker.js';

/** How long to wait. */
export interface SyncWaitOptions {
  /** How long at most, in milliseconds; 0 does not wait. @defaultValue Infinity */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait: the call rejects with the signal's reason. A wait that blocks looks at it once, at its start. */
  readonly signal?: AbortSignal | undefined;
}

/** Where a primitive is: in shared memory, or with a process that keeps it for the others. */
export type Place =
  | {
      readonly memory: string;
      readonly block: number;
      /** Keeps the memory for who is on the way to it; see `SharedMemory.lease` of @mp/native. */
      readonly lease?: number | undefined;
    }
  | { readonly ticket: Ticket };

/** A lock that was taken. Who has this may release it. */
export interface Grant {
  /** The holder before died with it. */
  readonly ownerDied: boolean;
  /** Whether it was not released yet. */
  readonly held: boolean;
  /** @returns A promise where it is released only when that resolves. */
  release(): Promise<void> | void;
}

/** What every implementation of a primitive can do. */
export interface Backend {
  /** Names the primitive within this process: two objects with one key are one primitive. */
  readonly key: string;
  /** How another process finds it. Whoever asks is going to send it. */
  place(): Place;
}

/** A lock. `sync` is there where this thread can be blocked. */
export interface LockBackend extends Backend {
  acquire(options: SyncWaitOptions): Promise<Grant>;
  tryAcquire(): Promise<Grant | undefined>;
  isLocked(): Promise<boolean>;
  createCondition(): ConditionBackend;
  attachCondition(place: Place): ConditionBackend;
  readonly sync: LockSync | undefined;
}

/** See {@link LockBackend}. */
export interface LockSync {
  acquire(options: SyncWaitOptions): Grant;
  tryAcquire(): Grant | undefined;
  isLocked(): boolean;
}

/** How a wait for a condition ended: the lock is held again in any case. */
export interface ConditionWait {
  readonly grant: Grant;
  /** Why it ended without a notification, if so. */
  readonly failure: { readonly error: unknown } | undefined;
}

/** A condition on one lock. */
export interface ConditionBackend extends Backend {
  wait(grant: Grant, options: SyncWaitOptions): Promise<ConditionWait>;
  notify(grant: Grant, count: number): Promise<void>;
  readonly sync:
    | {
        wait(grant: Grant, options: SyncWaitOptions): ConditionWait;
        notify(grant: Grant, count: number): void;
      }
    | undefined;
}

/** A semaphore, bounded or not. */
export interface SemaphoreBackend extends Backend {
  acquire(options: SyncWaitOptions): Promise<void>;
  tryAcquire(): Promise<boolean>;
  release(permits: number): Promise<void>;
  value(): Promise<number>;
  readonly sync:
    | {
        acquire(options: SyncWaitOptions): void;
        tryAcquire(): boolean;
        release(permits: number): void;
        value(): number;
      }
    | undefined;
}

/** An event. */
export interface EventBackend extends Backend {
  change(isSet: boolean): Promise<void>;
  isSet(): Promise<boolean>;
  wait(options: SyncWaitOptions): Promise<void>;
  readonly sync:
    | {
        change(isSet: boolean): void;
        isSet(): boolean;
        wait(options: SyncWaitOptions): void;
      }
    | undefined;
}

/** What can be seen of a barrier. */
export interface BarrierState {
  /** How many it takes. */
  readonly parties: number;
  /** How many have come and wait. */
  readonly waiting: number;
  /** Whether one of them gave up. */
  readonly broken: boolean;
}

/** A barrier. */
export interface BarrierBackend extends Backend {
  wait(options: SyncWaitOptions): Promise<number>;
  end(how: 'abort' | 'reset'): Promise<void>;
  state(): Promise<BarrierState>;
  readonly sync:
    | {
        wait(options: SyncWaitOptions): number;
        end(how: 'abort' | 'reset'): void;
        state(): BarrierState;
      }
    | undefined;
}

/** Makes primitives, and finds those that others made. */
export interface Backends {
  lock(): LockBackend;
  /** @param bound - The most permits there may be; 0 for no bound. */
  semaphore(permits: number, bound: number): SemaphoreBackend;
  event(): EventBackend;
  barrier(parties: number): BarrierBackend;
  findLock(place: Place): LockBackend;
  findSemaphore(place: Place): SemaphoreBackend;
  findEvent(place: Place): EventBackend;
  findBarrier(place: Place): BarrierBackend;
}
