import { BufferTooShort, PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';

/** The end was closed here. */
export function closedError(): ProcessError {
  return new ProcessError(PROCESS_ERROR_CODES.closed, 'The connection is closed.');
}

/** The end is another process's. */
export function movedError(): ProcessError {
  return new ProcessError(
    PROCESS_ERROR_CODES.moved,
    'This end of the connection belongs to another process, and can be used only there: it was sent to it, or was used there before a fork, or first after it. ' +
      'A forked process has those that are among its arguments for itself; one that a function has captured belongs to whoever uses it first.',
  );
}

/** The end cannot move now. */
export function busyError(): ProcessError {
  return new ProcessError(
    PROCESS_ERROR_CODES.state,
    'A connection cannot be sent to another process while `recv`, `poll` or `send` waits on it here.',
  );
}

/** The end is to be sent over its own pipe. */
export function carrierError(): ProcessError {
  return new ProcessError(
    PROCESS_ERROR_CODES.state,
    'A connection cannot be sent over itself, nor over the other end of its pipe: nobody could receive it there.',
  );
}

/** The other end is gone. @param cause - Why, where that is known. */
export function brokenPipeError(cause: Error | undefined): ProcessError {
  return new ProcessError(
    PROCESS_ERROR_CODES.brokenPipe,
    'The other end of the connection is closed: nobody can receive this message.',
    { cause },
  );
}

/** A message is longer than was asked for. @param bytes - The message, which the error has a copy of. */
export function lengthError(bytes: Uint8Array, accepted: string): BufferTooShort {
  return new BufferTooShort(`A message of ${bytes.length} bytes arrived, and ${accepted}.`, Uint8Array.from(bytes));
}
