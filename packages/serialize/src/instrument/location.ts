import { type FunctionLocation, readFunctions } from '../inspector/scopes.js';
import { Inspector } from '../inspector/session.js';
import type { AnyFunction } from '../model/ports.js';
import { instrumentedLocation } from './reading.js';

/** Where a function was compiled, as far as this host tells. */
export function locationOf(fn: AnyFunction): FunctionLocation | undefined {
  return instrumentedLocation(fn) ?? (Inspector.isAvailable ? readFunctions([fn])[0]?.location : undefined);
}
