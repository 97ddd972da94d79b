import type { Barrier, Condition, Event, Hold, Lock, Semaphore, SyncArena } from '@mp/native';
import { requireNative } from '../native/native.js';
import { translated, translatedLater, translateError } from '../native/native-errors.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { findArena, keepBlock, makeInArena, placeInArena } from './arenas.js';
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

type Waits = { readonly timeoutMs?: number; readonly signal?: AbortSignal };

/** What has a place in an arena. */
interface InArena {
  readonly handle: { readonly block: number };
}

/** A primitive in shared memory. */
class NativeBackend<P extends InArena> implements Backend {
  readonly primitive: P;
  readonly arena: SyncArena;
  readonly key: string;
  readonly #block: number;
  readonly #onSend: (() => void) | undefined;

  constructor(primitive: P, arena: SyncArena, isOwn: boolean) {
    this.primitive = primitive;
    this.arena = arena;
    this.#block = primitive.handle.block;
    this.key = `${arena.memory.name}:${this.#block}`;
    this.#onSend = isOwn ? keepBlock(this, arena, this.#block) : undefined;
  }

  place(): Place {
    this.#onSend?.();
    return translated(() => placeInArena(this.arena, this.#block));
  }
}

class NativeLock extends NativeBackend<Lock> implements LockBackend {
  readonly sync = {
    acquire: (options: SyncWaitOptions): Grant => translated(() => this.primitive.acquireSync(options as Waits)),
    tryAcquire: (): Grant | undefined => translated(() => this.primitive.tryAcquire()),
    isLocked: (): boolean => this.primitive.locked,
  };

  acquire(options: SyncWaitOptions): Promise<Grant> {
    return translatedLater(() => this.primitive.acquire(options as Waits));
  }

  async tryAcquire(): Promise<Grant | undefined> {
    return translated(() => this.primitive.tryAcquire());
  }

  async isLocked(): Promise<boolean> {
    return this.primitive.locked;
  }

  createCondition(): ConditionBackend {
    const { made, arena } = translated(() =>
      makeInArena((inArena) => requireNative().Condition.create(inArena, this.primitive)),
    );
    return new NativeCondition(made, arena, true, this);
  }

  attachCondition(place: Place): ConditionBackend {
    return attach(
      place,
      (arena, block) =>
        new NativeCondition(requireNative().Condition.attach(arena, block, this.primitive), arena, false, this),
    );
  }
}

class NativeCondition extends NativeBackend<Condition> implements ConditionBackend {
  /** As it is, and not its primitive: it keeps the lock's block while there is a condition on it. */
  readonly #lock: NativeLock;
  readonly sync = {
    wait: (grant: Grant, options: SyncWaitOptions): ConditionWait => {
      try {
        return { grant: this.primitive.waitSync(grant as Hold, options as Waits), failure: undefined };
      } catch (error) {
        if (grant.held) throw translateError(error);
        return { grant: this.#lock.primitive.acquireSync(), failure: { error: translateError(error) } };
      }
    },
    notify: (grant: Grant, count: number): void => translated(() => this.primitive.notify(grant as Hold, count)),
  };

  constructor(condition: Condition, arena: SyncArena, isOwn: boolean, lock: NativeLock) {
    super(condition, arena, isOwn);
    this.#lock = lock;
  }

  async wait(grant: Grant, options: SyncWaitOptions): Promise<ConditionWait> {
    try {
      return { grant: await this.primitive.wait(grant as Hold, options as Waits), failure: undefined };
    } catch (error) {
      if (grant.held) throw translateError(error);
      return { grant: await this.#lock.primitive.acquire(), failure: { error: translateError(error) } };
    }
  }

  async notify(grant: Grant, count: number): Promise<void> {
    this.sync.notify(grant, count);
  }
}

class NativeSemaphore extends NativeBackend<Semaphore> implements SemaphoreBackend {
  readonly sync = {
    acquire: (options: SyncWaitOptions): void => translated(() => this.primitive.acquireSync(options as Waits)),
    tryAcquire: (): boolean => translated(() => this.primitive.tryAcquire()),
    release: (permits: number): void => translated(() => this.primitive.release(permits)),
    value: (): number => translated(() => this.primitive.value),
  };

  acquire(options: SyncWaitOptions): Promise<void> {
    return translatedLater(() => this.primitive.acquire(options as Waits));
  }

  async tryAcquire(): Promise<boolean> {
    return this.sync.tryAcquire();
  }

  async release(permits: number): Promise<void> {
    this.sync.release(permits);
  }

  async value(): Promise<number> {
    return this.sync.value();
  }
}

class NativeEvent extends NativeBackend<Event> implements EventBackend {
  readonly sync = {
    change: (isSet: boolean): void => translated(() => (isSet ? this.primitive.set() : this.primitive.clear())),
    isSet: (): boolean => translated(() => this.primitive.isSet()),
    wait: (options: SyncWaitOptions): void => translated(() => this.primitive.waitSync(options as Waits)),
  };

  async change(isSet: boolean): Promise<void> {
    this.sync.change(isSet);
  }

  async isSet(): Promise<boolean> {
    return this.sync.isSet();
  }

  wait(options: SyncWaitOptions): Promise<void> {
    return translatedLater(() => this.primitive.wait(options as Waits));
  }
}

class NativeBarrier extends NativeBackend<Barrier> implements BarrierBackend {
  readonly sync = {
    wait: (options: SyncWaitOptions): number => translated(() => this.primitive.waitSync(options as Waits)),
    end: (how: 'abort' | 'reset'): void => translated(() => this.primitive[how]()),
    state: (): BarrierState => {
      const { parties, waiting, broken } = this.primitive;
      return { parties, waiting, broken };
    },
  };

  wait(options: SyncWaitOptions): Promise<number> {
    return translatedLater(() => this.primitive.wait(options as Waits));
  }

  async end(how: 'abort' | 'reset'): Promise<void> {
    this.sync.end(how);
  }

  async state(): Promise<BarrierState> {
    return this.sync.state();
  }
}

/** Primitives in shared memory: taking a free one is one atomic operation, and asks nobody. */
export const nativeBackends: Backends = {
  lock: () => make((arena) => requireNative().Lock.create(arena), NativeLock),
  semaphore: (permits, bound) =>
    make((arena) => {
      const { BoundedSemaphore, Semaphore } = requireNative();
      return bound > 0 ? BoundedSemaphore.create(arena, permits) : Semaphore.create(arena, permits);
    }, NativeSemaphore),
  event: () => make((arena) => requireNative().Event.create(arena), NativeEvent),
  barrier: (parties) => make((arena) => requireNative().Barrier.create(arena, parties), NativeBarrier),
  findLock: (place) => find(place, (arena, block) => requireNative().Lock.attach(arena, block), NativeLock),
  findSemaphore: (place) =>
    find(place, (arena, block) => requireNative().Semaphore.attach(arena, block), NativeSemaphore),
  findEvent: (place) => find(place, (arena, block) => requireNative().Event.attach(arena, block), NativeEvent),
  findBarrier: (place) => find(place, (arena, block) => requireNative().Barrier.attach(arena, block), NativeBarrier),
};

function make<P, B>(
  create: (arena: SyncArena) => P,
  backend: new (primitive: P, arena: SyncArena, isOwn: boolean) => B,
): B {
  const { made, arena } = translated(() => makeInArena(create));
  return new backend(made, arena, true);
}

function find<P, B>(
  place: Place,
  open: (arena: SyncArena, block: number) => P,
  backend: new (primitive: P, arena: SyncArena, isOwn: boolean) => B,
): B {
  return attach(place, (arena, block) => new backend(open(arena, block), arena, false));
}

function attach<B>(place: Place, open: (arena: SyncArena, block: number) => B): B {
  if (!('memory' in place))
    throw new ProcessError(PROCESS_ERROR_CODES.protocol, 'A primitive in shared memory was said to be elsewhere.');
  return translated(() => open(findArena(place.memory, place.lease), place.block));
}
