import type { FunctionDescription } from '../model/description.js';
import type { AnyFunction, CapturePort, IntrospectionPort, ReferencePort, RevivePort } from '../model/ports.js';

/** The code engine, as far as the host has one. Where a part is missing, what needs it is refused. */
export interface CodeEngine {
  readonly capture?: CapturePort | undefined;
  readonly revive?: RevivePort | undefined;
  readonly references?: ReferencePort | undefined;
  readonly introspection?: IntrospectionPort | undefined;
  /** What a function is and captures, for people. Nothing of it runs. */
  describe?(fn: AnyFunction): FunctionDescription;
  /** Whether encoding the function again, at any later time, gives the same. */
  isConstant?(fn: AnyFunction): boolean;
  /** Numbers the functions and classes around a value, before a fork. */
  identify?(value: object): void;
}
