import { SERIALIZE_ERROR_CODES, SerializeError } from '@mp/codec';
import type { AnyFunction } from '../model/ports.js';

/** A function cannot be captured, and why; the caller knows which function it is and where it was met. */
export class CaptureFailure extends Error {
  readonly advice: string;

  constructor(reason: string, advice: string, options?: ErrorOptions) {
    super(reason, options);
    this.advice = advice;
  }
}

/** The error that the user sees. */
export function refusal(
  failure: CaptureFailure,
  fn: AnyFunction,
  path: string,
  place: string | undefined,
): SerializeError {
  const name = functionName(fn);
  const what = name === '' ? 'an anonymous function' : `function ${name}`;
  return new SerializeError(
    SERIALIZE_ERROR_CODES.unsupported,
    `Cannot serialize ${path}: ${what}${place === undefined ? '' : ` (${place})`} ${failure.message}.\n${failure.advice}`,
    { path, cause: failure.cause },
  );
}

/** The name of a function, without running a getter. */
export function functionName(fn: AnyFunction): string {
  const value: unknown = Reflect.getOwnPropertyDescriptor(fn, 'name')?.value;
  return typeof value === 'string' ? value : '';
}
