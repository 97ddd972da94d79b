import type { ElementType } from '../shared/element-types.js';
import { SharedArray, Value } from '../shared/synchronized.js';
import type { Backends } from '../sync/backend.js';
import { defaultBackends } from '../sync/backends.js';
import { Barrier } from '../sync/barrier.js';
import { Condition } from '../sync/condition.js';
import { Event } from '../sync/event.js';
import { Lock } from '../sync/lock.js';
import { RLock } from '../sync/rlock.js';
import { BoundedSemaphore, Semaphore } from '../sync/semaphore.js';

/** The classes of locks and of what has one that belong to one context. */
export interface SyncClasses {
  readonly Lock: typeof Lock;
  readonly RLock: typeof RLock;
  readonly Semaphore: typeof Semaphore;
  readonly BoundedSemaphore: typeof BoundedSemaphore;
  readonly Condition: typeof Condition;
  readonly Event: typeof Event;
  readonly Barrier: typeof Barrier;
  readonly Value: typeof Value;
  readonly Array: typeof SharedArray;
}

const DEFAULT: SyncClasses = {
  Lock,
  RLock,
  Semaphore,
  BoundedSemaphore,
  Condition,
  Event,
  Barrier,
  Value,
  Array: SharedArray,
};

/** The classes whose objects are made by certain means. */
export function createSyncClasses(origin: () => Backends): SyncClasses {
  if (origin === defaultBackends) return DEFAULT;
  class ContextLock extends Lock {
    static override origin: () => Backends = origin;
  }
  class ContextRLock extends RLock {
    static override origin: () => Backends = origin;
  }
  const rlockClass = () => ContextRLock;
  return {
    Lock: ContextLock,
    RLock: ContextRLock,
    Semaphore: class extends Semaphore {
      static override origin: () => Backends = origin;
    },
    BoundedSemaphore: class extends BoundedSemaphore {
      static override origin: () => Backends = origin;
    },
    Condition: class extends Condition {
      static override origin: () => Backends = origin;
      static override lockClass: () => typeof Lock = () => ContextLock;
    },
    Event: class extends Event {
      static override origin: () => Backends = origin;
    },
    Barrier: class extends Barrier {
      static override origin: () => Backends = origin;
    },
    Value: class<T extends ElementType = ElementType> extends Value<T> {
      static override lockClass: () => typeof RLock = rlockClass;
    },
    Array: class<T extends ElementType = ElementType> extends SharedArray<T> {
      static override lockClass: () => typeof RLock = rlockClass;
    },
  };
}
