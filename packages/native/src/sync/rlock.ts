import { NATIVE_ERROR_CODES, NativeError } from '../native-error.js';
import type { SyncArena, SyncHandle } from './arena.js';
import { type Hold, Lock } from './lock.js';
import type { WaitOptions } from './waiting.js';

/** Names one flow of work: any object that only this flow has. */
export type FlowToken = object;

/**
 * A {@link Lock} that its holder may take again, and must release as often. The holder is a *flow*, named by an
 * object: two asynchronous flows of one process exclude each other.
 *
 * @example
 * const flow = {};
 * await lock.acquire(flow);
 * await lock.acquire(flow); // at once
 * lock.release(flow);
 * lock.release(flow);
 */
export class RLock {
  readonly #lock: Lock;
  #flow: FlowToken | undefined;
  #hold: Hold | undefined;
  #depth = 0;

  private constructor(lock: Lock) {
    this.#lock = lock;
  }

  /** Makes a lock that nobody holds. */
  static create(arena: SyncArena): RLock {
    return new RLock(Lock.create(arena));
  }

  /** Finds a lock that somebody made. In one process, share the object: depth is counted in it. */
  static attach(arena: SyncArena, block: number): RLock {
    return new RLock(Lock.attach(arena, block));
  }

  /** How others find it. */
  get handle(): SyncHandle {
    return this.#lock.handle;
  }

  /** How often the flow that holds it here has taken it; 0 where none of this process does. */
  get depth(): number {
    return this.#depth;
  }

  /** The previous holder died with it; see {@link Hold.ownerDied}. */
  get ownerDied(): boolean {
    return this.#hold?.ownerDied === true;
  }

  /** Takes it for a flow, as soon as no other flow has it. */
  async acquire(flow: FlowToken, options?: WaitOptions): Promise<void> {
    if (!this.#again(flow)) this.#begin(flow, await this.#lock.acquire(options));
  }

  /** Takes it for a flow, and blocks this thread until no other flow has it. */
  acquireSync(flow: FlowToken, options?: WaitOptions): void {
    if (!this.#again(flow)) this.#begin(flow, this.#lock.acquireSync(options));
  }

  /** Takes it for a flow, if no other has it. */
  tryAcquire(flow: FlowToken): boolean {
    if (this.#again(flow)) return true;
    const hold = this.#lock.tryAcquire();
    if (hold !== undefined) this.#begin(flow, hold);
    return hold !== undefined;
  }

  /** Releases it once. @throws NativeError `MP_NOT_HELD` where another flow holds it, or none. */
  release(flow: FlowToken): void {
    if (this.#hold === undefined || this.#flow !== flow)
      throw new NativeError(NATIVE_ERROR_CODES.notHeld, 'This lock is not held by this flow.');
    if (--this.#depth > 0) return;
    const hold = this.#hold;
    this.#flow = undefined;
    this.#hold = undefined;
    hold.release();
  }

  #again(flow: FlowToken): boolean {
    if (this.#hold === undefined || this.#flow !== flow) return false;
    this.#depth++;
    return true;
  }

  #begin(flow: FlowToken, hold: Hold): void {
    this.#flow = flow;
    this.#hold = hold;
    this.#depth = 1;
  }
}
