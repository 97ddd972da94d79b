import type { StartMethod } from '../launch/launcher.js';
import { describeExit } from '../process/exit-signal.js';
import { PROCESS_ERROR_CODES, ProcessError, WorkerDiedError } from '../protocol/errors.js';
import type { ExitStatus } from '../protocol/preparation.js';
import type { PoolTask } from './task.js';
import type { WorkerSlot } from './worker-slot.js';

/** How messages name a worker. A thread has no process id of its own. */
export function describeWorker({ child, name }: WorkerSlot, method: StartMethod): string {
  return `worker ${method === 'thread' ? `thread ${name}` : `process ${child.pid}`}`;
}

/** The error of a pool whose initializer failed. */
export function initializerFailed(slot: WorkerSlot, method: StartMethod, cause: unknown): ProcessError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ProcessError(
    PROCESS_ERROR_CODES.initializer,
    `The initializer of the pool failed in ${describeWorker(slot, method)}: ${reason}`,
    { cause },
  );
}

/**
 * The error of a task whose worker died.
 *
 * An error outside of any task that ended the worker is the cause.
 */
export function workerDied(
  slot: WorkerSlot,
  method: StartMethod,
  { exitCode, signal, cause }: ExitStatus,
  { version, deaths }: PoolTask,
  maybeStarted: boolean,
): WorkerDiedError {
  const stray = slot.stray ?? cause;
  const when = deaths === 0 ? 'before it ran' : 'while it ran';
  const again = deaths > 1 ? `; ${deaths} workers died of this task` : '';
  const error = new WorkerDiedError(
    `W${describeWorker(slot, method).slice(1)} died (${describeExit(exitCode)}) ${when} ${version.name}${again}. ${hintFor(exitCode, stray)}`,
    { exitCode, signal, pid: slot.child.pid },
    maybeStarted,
  );
  if (stray !== undefined) Object.defineProperty(error, 'cause', { value: stray, configurable: true, writable: true });
  return error;
}

function hintFor(exitCode: number, stray: unknown): string {
  if ((stray as { code?: unknown } | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return 'Its heap was full: the option resourceLimits gives it a larger one (maxOldGenerationSizeMb).';
  if (stray !== undefined) return 'An error outside of any task ended it; see cause.';
  switch (describeExit(exitCode)) {
    case 'SIGKILL':
      return 'It was killed from outside; where nobody did so on purpose, the system was out of memory.';
    case 'SIGABRT':
      return 'Its heap was full, or native code gave up: see its standard error, and the option resourceLimits.';
    case 'SIGSEGV':
    case 'SIGBUS':
      return 'Native code crashed.';
    case 'exit code 0':
      return 'The task, or something it started, called process.exit().';
    default:
      return 'The task, or something it started, called process.exit(), or its standard error says why.';
  }
}
