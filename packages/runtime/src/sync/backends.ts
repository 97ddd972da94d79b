import { nativeProblem } from '../native/native.js';
import type { Backends, Place } from './backend.js';
import { brokerBackends } from './broker-backends.js';
import { nativeBackends } from './native-backends.js';

/** Where primitives are made, unless a context says otherwise: in shared memory, if this system can. */
export function defaultBackends(): Backends {
  return nativeProblem() === undefined ? nativeBackends : brokerBackends;
}

/** Without shared memory, even where there is some. */
export function portableBackends(): Backends {
  return brokerBackends;
}

/** What can find the primitive that is at a place. */
export function backendsOf(place: Place): Backends {
  return 'memory' in place ? nativeBackends : brokerBackends;
}
