import type { Payload } from '@mp/codec';
import { isScalar, type Scalar } from '../channel/cells.js';
import type { FunctionVersion } from './function-registry.js';

/** A chunk, encoded. */
export interface EncodedChunk {
  readonly version: FunctionVersion;
  readonly payload: Payload | Int32Array;
  /** {@link WITH_FUNCTION}, or 0. */
  readonly withFunction: number;
}

/** The scalars as they are now: the caller may change its array. */
export function copyScalars(args: readonly unknown[]): readonly unknown[] | Scalar {
  return args.length === 1 ? (args[0] as Scalar) : args.slice();
}

/** Whether the arguments need no codec. */
export function areScalars(args: readonly unknown[]): boolean {
  // The count is one byte on the wire.
  if (args.length > 255) return false;
  for (let i = 0; i < args.length; i++) if (!isScalar(args[i])) return false;
  return true;
}
