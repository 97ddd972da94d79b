import { takeCoverage } from 'node:v8';
import { addon } from '../addon.js';
import { describeFatalError } from './fatal-error.js';

/**
 * Makes every way to end a process end it by _exit(2): in a forked child, or in a process that will be forked.
 *
 * Node's own teardown destroys a condition variable that a thread of V8's pool was waiting on. That thread was not
 * copied, so the destruction waits for ever (Node 20 to 26, glibc's pthread_cond_destroy). What the teardown is for,
 * joining threads and freeing memory, the kernel does as well.
 */
export function takeOverExit(): void {
  const coverage = process.env['NODE_V8_COVERAGE'] !== undefined;
  const leave = (code: unknown): never => {
    // Node writes the coverage in its teardown.
    if (coverage) takeCoverage();
    return addon().exitNow(toExitCode(code));
  };
  // `process.exit` ends here, in this thread.
  (process as unknown as { reallyExit: (code?: unknown) => never }).reallyExit = leave;
  // A child whose loop runs empty, and one that dies of an exception, would end in C++, which tells by these events.
  const emit = process.emit as (this: NodeJS.Process, ...args: unknown[]) => boolean;
  let monitored: unknown;
  const emitAndLeave = function emitEvent(this: NodeJS.Process, ...args: unknown[]): boolean {
    const [event, detail] = args;
    const handled = Reflect.apply(emit, this, args);
    // Node emits both in a row; a program that emits 'uncaughtException' itself does not die of it.
    if (event === 'uncaughtExceptionMonitor') monitored = args;
    else if (event === 'uncaughtException' && !handled && monitored !== undefined) die(detail, emit, leave);
    else monitored = undefined;
    if (event === 'exit' && isExiting()) leave(process.exitCode ?? detail);
    return handled;
  };
  Object.defineProperty(process, 'emit', {
    value: emitAndLeave,
    writable: true,
    configurable: true,
    enumerable: false,
  });
  // Where somebody replaced `process.emit` without calling what was there.
  addon().leaveAtTeardown(0);
}

/**
 * Ends a child whose loop has nothing left to do, as Node does: 'beforeExit' first, which may give it more to do.
 *
 * Node itself would wait at that point until V8's worker threads are done with their tasks (Node 26 gives them some in
 * each collection), and then ask whether the main module's top-level await is settled. In a child there are no such
 * threads, and the main module is the parent's.
 */
export function endWhenEmpty(): void {
  addon().superviseLoop((again) => {
    if (again) process.exit();
    process.emit('beforeExit', Number(process.exitCode ?? 0));
  });
}

/** What C++ does with an exception that nobody handles: it says so, and gives `exit` listeners their turn. */
function die(
  error: unknown,
  emit: (this: NodeJS.Process, ...args: unknown[]) => boolean,
  leave: (code: unknown) => never,
): void {
  process.exitCode = 1;
  const { stderr } = process;
  const text = describeFatalError(error);
  if (!isExiting()) {
    (process as unknown as { _exiting: boolean })._exiting = true;
    try {
      Reflect.apply(emit, process, ['exit', 1]);
    } catch {
      // As in Node: the first error is the one that is told.
    }
  }
  stderr.write(text);
  leave(process.exitCode ?? 1);
}

function isExiting(): boolean {
  return (process as unknown as { _exiting: boolean })._exiting;
}

function toExitCode(code: unknown): number {
  // `process.exit('3')` is allowed; the kernel keeps the low eight bits.
  const number = Number(code ?? 0);
  return Number.isInteger(number) ? number & 0xff : 0;
}
