import type { ReduceContext, Reducer } from '@mp/codec';
import type { AnyFunction, Capture, IntrospectionPort, ReferencePort } from '../model/ports.js';

/** What a walk is given. */
export interface WalkContext {
  /** Whether objects keep their identity. */
  readonly identity: boolean;
  /** Whether each object is asked for symbol keys, accessors and attributes. */
  readonly exact: boolean;
  /** Whether shapes outlive the value. */
  readonly session: boolean;
  /** Kinds that travel in a way of their own. */
  readonly reducers: readonly Reducer[];
  /** What a reducer may ask: who is the peer, and to put a resource beside the payload. */
  readonly reduction: ReduceContext;
  /** The code engine's view of the present value. */
  readonly capture: (() => Capture) | undefined;
  /** Values that travel by name. */
  readonly references: ReferencePort | undefined;
  /** Internal slots. */
  readonly introspection: IntrospectionPort | undefined;
  /** The bytes of Blobs, read before. */
  readonly blobs: { get(blob: object): Uint8Array | undefined } | undefined;
  /** Whether the keys of ordinary objects are sorted, so that equal graphs give equal bytes. */
  readonly canonical: boolean;
  /** Looks on as the walk goes, and may take refusals upon itself. */
  readonly observer: WalkObserver | undefined;
  /** The object of which a function was first met as a property. */
  readonly holderOf: (fn: AnyFunction) => object | undefined;
  /** Where a function was met. */
  readonly pathOf: (fn: AnyFunction) => string;
}

/** Looks on as the walk goes. */
export interface WalkObserver {
  /** An object or function is about to be written. */
  enter(value: object, position: number): void;
  /** It was written. */
  leave(position: number): void;
  /** It cannot travel. The walk goes on with the next value. */
  problem(error: unknown): void;
}
