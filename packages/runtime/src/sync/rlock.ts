import { AsyncLocalStorage } from 'node:async_hooks';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import type { Grant, LockBackend, SyncWaitOptions } from './backend.js';
import { arrivingOr, requireSync, SyncPrimitive } from './primitive.js';

/** How to take an {@link RLock}. */
export interface RLockOptions extends SyncWaitOptions {
  /** The flow that takes it: any object that only this flow has. Within {@link RLock.runExclusive}, its own by default. */
  readonly flow?: object | undefined;
}

/** The flow in which something runs, and the ones around it. */
const flows = new AsyncLocalStorage<object>();

/**
 * The flow of the function that {@link RLock.runExclusiveSync} is calling right now. Nothing else runs meanwhile, so a variable
 * says it, at a tenth of what a change of the asynchronous context costs.
 */
let callingFlow: object | undefined;

function currentFlow(): object | undefined {
  return callingFlow ?? flows.getStore();
}

/**
 * A lock that its holder may take again, and must release as often.
 *
 * The holder is a *flow* of work, not a process: two asynchronous flows of one process exclude each other. A function that
 * is called within {@link runExclusive} belongs to its flow; others name their flow by an object.
 *
 * @example
 * await lock.runExclusive(() => lock.runExclusive(() => 'taken twice'));
 */
export class RLock extends SyncPrimitive {
  /** @internal */
  readonly backend: LockBackend;
  #flow: object | undefined;
  #grant: Grant | undefined;
  #depth = 0;

  constructor() {
    super();
    this.backend = arrivingOr(() => (new.target as typeof RLock).origin().lock());
  }

  /** How often the flow that holds it here has taken it; 0 where none of this process does. */
  get depth(): number {
    return this.#depth;
  }

  /** The one who had it before died with it: what it protects may be half changed. */
  get ownerDied(): boolean {
    return this.#grant?.ownerDied === true;
  }

  /**
   * Takes it for a flow, as soon as no other one has it.
   *
   * @throws TimeoutError; the signal's reason; ProcessError with code `MP_ARGUMENT` where the flow is not known.
   */
  async acquire(options: RLockOptions = {}): Promise<void> {
    const flow = flowOf(options.flow);
    if (!this.#again(flow)) this.#begin(flow, await this.backend.acquire(options));
  }

  /** The same, blocking this thread. */
  acquireSync(options: RLockOptions = {}): void {
    this.#takeSync(flowOf(options.flow), options);
  }

  /** Takes it for a flow if no other one has it. @returns Whether it did. */
  async tryAcquire(options: Pick<RLockOptions, 'flow'> = {}): Promise<boolean> {
    const flow = flowOf(options.flow);
    if (this.#again(flow)) return true;
    const grant = await this.backend.tryAcquire();
    if (grant !== undefined) this.#begin(flow, grant);
    return grant !== undefined;
  }

  /**
   * Releases it once.
   *
   * @throws ProcessError with code `MP_NOT_HELD` where another flow has it, or none.
   */
  async release(options: Pick<RLockOptions, 'flow'> = {}): Promise<void> {
    await this.#giveBack(flowOf(options.flow));
  }

  /** Whether anybody holds it, as far as can be said before it changes. */
  locked(): Promise<boolean> {
    return this.backend.isLocked();
  }

  /** Runs a function while its flow holds the lock. What is called from it belongs to the flow, and may do so again. */
  async runExclusive<T>(fn: () => T | PromiseLike<T>, options: RLockOptions = {}): Promise<T> {
    const flow = options.flow ?? currentFlow() ?? {};
    await this.acquire({ ...options, flow });
    try {
      return await flows.run(flow, fn);
    } finally {
      await this.#giveBack(flow);
    }
  }

  /** {@link runExclusive} of a function that does not wait, blocking this thread. */
  runExclusiveSync<T>(fn: () => T, options: RLockOptions = {}): T {
    const flow = options.flow ?? currentFlow() ?? {};
    this.#takeSync(flow, options);
    const around = callingFlow;
    callingFlow = flow;
    try {
      return fn();
    } finally {
      callingFlow = around;
      // Where a wait may block, giving it back is done when the call returns.
      void this.#giveBack(flow);
    }
  }

  #takeSync(flow: object, options: SyncWaitOptions): void {
    if (!this.#again(flow)) this.#begin(flow, requireSync(this.backend.sync, 'acquireSync').acquire(options));
  }

  #giveBack(flow: object): void | Promise<void> {
    const grant = this.#grant;
    if (grant === undefined || this.#flow !== flow)
      throw new ProcessError(PROCESS_ERROR_CODES.notHeld, 'This lock is not held by this flow.');
    if (--this.#depth > 0) return undefined;
    this.#flow = undefined;
    this.#grant = undefined;
    return grant.release();
  }

  #again(flow: object): boolean {
    if (this.#grant === undefined || this.#flow !== flow) return false;
    this.#depth++;
    return true;
  }

  #begin(flow: object, grant: Grant): void {
    this.#flow = flow;
    this.#grant = grant;
    this.#depth = 1;
  }
}

function flowOf(given: object | undefined): object {
  const flow = given ?? currentFlow();
  if (flow !== undefined) return flow;
  throw new ProcessError(
    PROCESS_ERROR_CODES.argument,
    'An RLock must know which flow of work takes it: call it within runExclusive, or pass { flow } with an object of the flow.',
  );
}
