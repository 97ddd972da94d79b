import type { Reducer } from '@mp/codec';
import type { Place } from './backend.js';
import { backendsOf } from './backends.js';
import { Barrier } from './barrier.js';
import { Condition } from './condition.js';
import { Event } from './event.js';
import { Lock } from './lock.js';
import { remember, reviveWith, SyncPrimitive } from './primitive.js';
import { RLock } from './rlock.js';
import { BoundedSemaphore, Semaphore } from './semaphore.js';

type Kind = 'lock' | 'rlock' | 'semaphore' | 'boundedSemaphore' | 'event' | 'barrier' | 'condition';

/** What a primitive is reduced to. */
interface SyncData {
  readonly kind: Kind;
  readonly place: Place;
  /** Of a condition. */
  readonly lock?: Lock;
}

const REVIVE: Readonly<Record<Kind, (data: SyncData) => SyncPrimitive>> = {
  lock: ({ place }) => reviveWith(backendsOf(place).findLock(place), () => new Lock()),
  rlock: ({ place }) => reviveWith(backendsOf(place).findLock(place), () => new RLock()),
  semaphore: ({ place }) => reviveWith(backendsOf(place).findSemaphore(place), () => new Semaphore()),
  boundedSemaphore: ({ place }) => reviveWith(backendsOf(place).findSemaphore(place), () => new BoundedSemaphore()),
  event: ({ place }) => reviveWith(backendsOf(place).findEvent(place), () => new Event()),
  barrier: ({ place }) => reviveWith(backendsOf(place).findBarrier(place), () => new Barrier(1)),
  condition: ({ place, lock }) =>
    reviveWith((lock as Lock).backend.attachCondition(place), () => new Condition(lock as Lock)),
};

/** Lets locks and the like travel: each process has the same one. */
export const syncReducer: Reducer<SyncPrimitive, SyncData> = {
  tag: 'mp.sync',
  test: (value): value is SyncPrimitive => value instanceof SyncPrimitive,
  reduce: (primitive) => {
    const kind = kindOf(primitive);
    const place = primitive.backend.place();
    remember(primitive);
    return primitive instanceof Condition ? { kind, place, lock: primitive.lock } : { kind, place };
  },
  revive: (data) => REVIVE[data.kind](data),
};

function kindOf(primitive: SyncPrimitive): SyncData['kind'] {
  if (primitive instanceof Lock) return 'lock';
  if (primitive instanceof RLock) return 'rlock';
  if (primitive instanceof BoundedSemaphore) return 'boundedSemaphore';
  if (primitive instanceof Semaphore) return 'semaphore';
  if (primitive instanceof Event) return 'event';
  return primitive instanceof Condition ? 'condition' : 'barrier';
}
