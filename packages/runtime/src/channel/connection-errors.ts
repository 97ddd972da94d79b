import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';

/** The end was closed here. */
export function closedError(): ProcessError {
  return new ProcessError(PROCESS_ERROR_CODES.closed, 'The connection is closed.');
}

/** The end is another process's. */
export function movedError(): ProcessError {
  return new ProcessError(
    PROCESS_ERROR_CODES.moved,
    'This end of the connection belongs to another process, and can be used only there: it was sent to it, or this process was forked from it. ' +
      'A forked process gets those that are among its arguments; what a function has captured stays with the parent.',
  );
}
