import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import type {
  Backend,
  Backends,
  BarrierBackend,
  BarrierState,
  ConditionBackend,
  ConditionWait,
  EventBackend,
  Grant,
  LockBackend,
  Place,
  SemaphoreBackend,
  SyncWaitOptions,
} from './backend.js';
import { Asking, LocalWay, RemoteWay } from './broker/asking.js';
import { BarrierKeeper } from './broker/barrier-keeper.js';
import { ConditionKeeper } from './broker/condition-keeper.js';
import { EventKeeper } from './broker/event-keeper.js';
import type { Keeper } from './broker/keeper.js';
import { type LockGrant, LockKeeper } from './broker/lock-keeper.js';
import { SemaphoreKeeper } from './broker/semaphore-keeper.js';

/** A primitive that a process keeps for the others. Nothing here can be waited for by blocking. */
class BrokerBackend implements Backend {
  readonly asking: Asking;
  readonly sync: undefined;

  constructor(asking: Asking) {
    this.asking = asking;
  }

  get key(): string {
    return this.asking.ticket().token;
  }

  place(): Place {
    return { ticket: this.asking.ticket() };
  }
}

/** A lock that was taken from its keeper. */
class BrokerGrant implements Grant {
  readonly ownerDied: boolean;
  readonly #asking: Asking;
  readonly #number: number;
  #held = true;

  constructor(asking: Asking, { number, ownerDied }: LockGrant) {
    this.#asking = asking;
    this.#number = number;
    this.ownerDied = ownerDied;
  }

  get held(): boolean {
    return this.#held;
  }

  async release(): Promise<void> {
    if (!this.#held)
      throw new ProcessError(PROCESS_ERROR_CODES.notHeld, 'This lock is not held here any more: it was released.');
    this.#held = false;
    await this.#asking.ask('release', this.#number, 'A lock');
  }
}

class BrokerLock extends BrokerBackend implements LockBackend {
  async acquire(options: SyncWaitOptions): Promise<Grant> {
    // Asked first whether it is free: then it is taken even where no time may be waited.
    if (options.timeoutMs !== undefined && options.timeoutMs <= 0) {
      const grant = await this.tryAcquire();
      if (grant !== undefined) return grant;
    }
    const grant = (await this.asking.ask('acquire', undefined, 'A lock', options)) as LockGrant;
    return new BrokerGrant(this.asking, grant);
  }

  async tryAcquire(): Promise<Grant | undefined> {
    const grant = (await this.asking.ask('try', undefined, 'A lock')) as LockGrant | undefined;
    return grant === undefined ? undefined : new BrokerGrant(this.asking, grant);
  }

  async isLocked(): Promise<boolean> {
    return (await this.asking.ask('locked', undefined, 'A lock')) as boolean;
  }

  createCondition(): ConditionBackend {
    return new BrokerCondition(keep(new ConditionKeeper()), this);
  }

  attachCondition(place: Place): ConditionBackend {
    return new BrokerCondition(reach(place), this);
  }
}

class BrokerCondition extends BrokerBackend implements ConditionBackend {
  readonly #lock: BrokerLock;

  constructor(asking: Asking, lock: BrokerLock) {
    super(asking);
    this.#lock = lock;
  }

  async wait(grant: Grant, options: SyncWaitOptions): Promise<ConditionWait> {
    const name = 'A condition';
    // While the lock is held: from here on a notification counts.
    const entry = await this.asking.ask('enter', undefined, name);
    await grant.release();
    let failure: ConditionWait['failure'];
    try {
      await this.asking.ask('await', entry, name, options);
    } catch (error) {
      failure = { error };
    }
    return { grant: await this.#lock.acquire({}), failure };
  }

  async notify(_grant: Grant, count: number): Promise<void> {
    await this.asking.ask('notify', count, 'A condition');
  }
}

class BrokerSemaphore extends BrokerBackend implements SemaphoreBackend {
  async acquire(options: SyncWaitOptions): Promise<void> {
    if (options.timeoutMs !== undefined && options.timeoutMs <= 0 && (await this.tryAcquire())) return;
    await this.asking.ask('acquire', undefined, 'A semaphore', options);
  }

  async tryAcquire(): Promise<boolean> {
    return (await this.asking.ask('try', undefined, 'A semaphore')) as boolean;
  }

  async release(permits: number): Promise<void> {
    await this.asking.ask('release', permits, 'A semaphore');
  }

  async value(): Promise<number> {
    return (await this.asking.ask('value', undefined, 'A semaphore')) as number;
  }
}

class BrokerEvent extends BrokerBackend implements EventBackend {
  async change(isSet: boolean): Promise<void> {
    await this.asking.ask('change', isSet, 'An event');
  }

  async isSet(): Promise<boolean> {
    return (await this.asking.ask('isSet', undefined, 'An event')) as boolean;
  }

  async wait(options: SyncWaitOptions): Promise<void> {
    await this.asking.ask('wait', undefined, 'An event', options);
  }
}

class BrokerBarrier extends BrokerBackend implements BarrierBackend {
  async wait(options: SyncWaitOptions): Promise<number> {
    return (await this.asking.ask('wait', undefined, 'A barrier', options)) as number;
  }

  async end(how: 'abort' | 'reset'): Promise<void> {
    await this.asking.ask(how, undefined, 'A barrier');
  }

  async state(): Promise<BarrierState> {
    return (await this.asking.ask('state', undefined, 'A barrier')) as BarrierState;
  }
}

/** Primitives that live in the process that made them; the others ask it. They work everywhere, and end with it. */
export const brokerBackends: Backends = {
  lock: () => new BrokerLock(keep(new LockKeeper())),
  semaphore: (permits, bound) => new BrokerSemaphore(keep(new SemaphoreKeeper(permits, bound))),
  event: () => new BrokerEvent(keep(new EventKeeper())),
  barrier: (parties) => new BrokerBarrier(keep(new BarrierKeeper(parties))),
  findLock: (place) => new BrokerLock(reach(place)),
  findSemaphore: (place) => new BrokerSemaphore(reach(place)),
  findEvent: (place) => new BrokerEvent(reach(place)),
  findBarrier: (place) => new BrokerBarrier(reach(place)),
};

function keep(keeper: Keeper): Asking {
  return new Asking(new LocalWay(keeper));
}

function reach(place: Place): Asking {
  if ('ticket' in place) return new Asking(new RemoteWay(place.ticket));
  throw new ProcessError(PROCESS_ERROR_CODES.protocol, 'A primitive that a process keeps was said to be in memory.');
}
