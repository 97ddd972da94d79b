import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import type { Backend, Backends } from './backend.js';
import { defaultBackends } from './backends.js';

/** Primitives that others may come back with: the same primitive is the same object. */
const known = new Map<string, WeakRef<SyncPrimitive>>();
const forgotten = new FinalizationRegistry<string>((key) => {
  if (known.get(key)?.deref() === undefined) known.delete(key);
});
/** The implementation of the object that is about to be revived. */
let arriving: Backend | undefined;

/** What locks and the like have in common: they can be sent to any process, and are the same one there. */
export abstract class SyncPrimitive {
  /** @internal Where primitives of this class are made; set by the context to which the class belongs. */
  static origin: () => Backends = defaultBackends;

  /** @internal */
  abstract readonly backend: Backend;
}

/** The implementation of a new object: what it was revived with, or else a new one. */
export function arrivingOr<B extends Backend>(make: () => B): B {
  const backend = (arriving as B | undefined) ?? make();
  arriving = undefined;
  return backend;
}

/** Makes the object of a primitive that was found, or finds the one that is here already. */
export function reviveWith<P extends SyncPrimitive>(backend: Backend, construct: () => P): P {
  const here = known.get(backend.key)?.deref();
  if (here !== undefined) return here as P;
  arriving = backend;
  const primitive = construct();
  remember(primitive);
  return primitive;
}

/** Notes a primitive that was sent: it may come back. */
export function remember(primitive: SyncPrimitive): void {
  const { key } = primitive.backend;
  if (known.get(key)?.deref() === primitive) return;
  known.set(key, new WeakRef(primitive));
  forgotten.register(primitive, key);
}

/** What blocks this thread. @throws ProcessError where the implementation has none. */
export function requireSync<S>(sync: S | undefined, what: string): S {
  if (sync !== undefined) return sync;
  throw new ProcessError(
    PROCESS_ERROR_CODES.nativeUnavailable,
    `${what} cannot block its thread: that needs the shared memory of @mp/native, and this primitive is kept by the process that made it. ` +
      'Use the method of the same name without Sync.',
  );
}
