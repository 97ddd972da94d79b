import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import type { LaunchOptions, StartMethod } from './launcher.js';

/** Node's flags for the option `inspect`. @throws ProcessError with code `MP_ARGUMENT` where it is none of its values. */
export function inspectFlags({ inspect }: LaunchOptions): string[] {
  if (inspect === undefined || inspect === false) return [];
  if (inspect === 'wait') return ['--inspect-wait=127.0.0.1:0'];
  const port = inspect === true ? 0 : inspect;
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ProcessError(
      PROCESS_ERROR_CODES.argument,
      `The option inspect is a boolean, a port or 'wait', not ${JSON.stringify(inspect)}.`,
    );
  return [`--inspect=127.0.0.1:${port}`];
}

/** @throws ProcessError where the option is used with a start method that has no inspector of its own. */
export function refuseInspect({ inspect }: LaunchOptions, method: StartMethod): void {
  if (inspect === undefined || inspect === false) return;
  const hint =
    method === 'thread'
      ? 'Start the program itself with --inspect: its threads are listed there.'
      : 'Use the start method spawn.';
  throw new ProcessError(
    PROCESS_ERROR_CODES.argument,
    `The option inspect has no effect on a child started by ${method}: it has no inspector of its own. ${hint}`,
  );
}
