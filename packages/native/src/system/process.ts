import { constants } from 'node:os';
import { addon, type ExitTriple } from '../addon.js';
import { NATIVE_ERROR_CODES, NativeError } from '../native-error.js';
import { closeDescriptor } from './descriptors.js';
import { WATCH_EVENTS, Watcher } from './watcher.js';

/** How a process ended: by an exit code, or by a signal. */
export interface ExitStatus {
  /** The exit code, or `null` where a signal ended it. */
  readonly code: number | null;
  /** The signal that ended it, or `null`. */
  readonly signal: NodeJS.Signals | null;
}

/** A process that was waited for. */
export interface EndedProcess extends ExitStatus {
  /** Its process id, which may be used again from now on. */
  readonly pid: number;
}

const SIGNAL_NAMES: ReadonlyMap<number, NodeJS.Signals> = new Map(
  // The first name of a number is the usual one: SIGABRT before SIGIOT.
  Object.entries(constants.signals)
    .reverse()
    .map(([name, number]) => [number, name as NodeJS.Signals]),
);

/** The number of a signal. 0 is no signal, and only asks whether the process is there. */
export function signalNumber(signal: NodeJS.Signals | number): number {
  const number = typeof signal === 'number' ? signal : constants.signals[signal];
  if (number === undefined) throw new NativeError(NATIVE_ERROR_CODES.argument, `There is no signal named ${signal}.`);
  return number;
}

/** What wait(2) says of an exit, in Node's words. Either number is -1 where it does not apply. */
export function toExitStatus(code: number, signal: number): ExitStatus {
  return {
    code: code < 0 ? null : code,
    // Real-time signals have no name.
    signal: signal < 0 ? null : (SIGNAL_NAMES.get(signal) ?? (`SIG${signal}` as NodeJS.Signals)),
  };
}

function toEnded(triple: ExitTriple | undefined): EndedProcess | undefined {
  return triple === undefined ? undefined : { pid: triple[0], ...toExitStatus(triple[1], triple[2]) };
}

/**
 * Waits for a child of this process, and releases its id: waitpid(2).
 *
 * Not for children of `node:child_process`, which Node waits for itself.
 *
 * @param pid - The child, or -1 for any.
 * @param options - `block`: waits until it ends, and the event loop with it. By default it only looks.
 * @returns `undefined` where it is still running.
 */
export function waitProcess(pid: number, options: { readonly block?: boolean } = {}): EndedProcess | undefined {
  return toEnded(addon().waitProcess(pid, Number(options.block === true)));
}

/**
 * Opens a descriptor that stands for a process: pidfd_open(2). It becomes readable when the process ends, and
 * never means another process, even when the id is used again.
 *
 * @throws NativeError with `errno` `ESRCH` where there is no such process.
 */
export function openPidfd(pid: number): number {
  return addon().pidfdOpen(pid);
}

/**
 * Sends a signal to exactly the process of a pidfd: pidfd_send_signal(2).
 *
 * @returns Whether the process was still there.
 */
export function killPidfd(pidfd: number, signal: NodeJS.Signals | number = 'SIGTERM'): boolean {
  return addon().pidfdSendSignal(pidfd, signalNumber(signal)) === 1;
}

/**
 * Resolves when a child of this process has ended, and releases its id. Nothing polls.
 *
 * @param pidfd - From {@link openPidfd}. It stays the caller's.
 */
export function waitPidfd(pidfd: number): Promise<EndedProcess> {
  return startWait(pidfd).ended;
}

/** {@link waitPidfd}, with what keeps this process alive meanwhile. */
export function startWait(pidfd: number): { readonly ended: Promise<EndedProcess>; readonly watcher: Watcher } {
  let waiting!: Watcher;
  const ended = new Promise<EndedProcess>((resolve, reject) => {
    // A descriptor of its own: a pidfd may be waited for several times, and be closed meanwhile.
    const own = addon().duplicate(pidfd);
    const watcher = new Watcher(own, () => {
      watcher.close();
      try {
        const ended = toEnded(addon().waitPidfd(own));
        if (ended !== undefined) resolve(ended);
        else reject(new Error('A pidfd was readable while its process was running.'));
      } catch (error) {
        reject(error);
      } finally {
        closeDescriptor(own);
      }
    });
    watcher.watch(WATCH_EVENTS.readable);
    waiting = watcher;
  });
  return { ended, watcher: waiting };
}

/**
 * Resolves when any process has ended, a child or not. Says nothing of how.
 *
 * @param pidfd - From {@link openPidfd}. It stays the caller's.
 * @param signal - Gives up waiting: the promise is rejected with its reason.
 */
export function watchPidfd(pidfd: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const own = addon().duplicate(pidfd);
    const end = (): void => {
      watcher.close();
      closeDescriptor(own);
      signal?.removeEventListener('abort', onAbort);
    };
    const onAbort = (): void => {
      end();
      reject(signal?.reason);
    };
    const watcher = new Watcher(own, () => {
      end();
      resolve();
    });
    watcher.watch(WATCH_EVENTS.readable);
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted === true) onAbort();
  });
}

/**
 * Has the kernel send this process a signal when its parent ends: PR_SET_PDEATHSIG.
 *
 * The signal comes with the end of the *thread* that made this process. It is not inherited by a fork.
 *
 * @param parent - The process id that the parent has, as the parent said it.
 * @returns Whether the parent is still there. Where not, the signal will never come.
 */
export function setDeathSignal(signal: NodeJS.Signals | number, parent: number): boolean {
  return addon().setDeathSignal(signalNumber(signal), parent) === 1;
}

/** Moves a process into a process group: setpgid(2). 0 stands for this process, and for a group of its own. */
export function setProcessGroup(pid = 0, group = 0): void {
  addon().setProcessGroup(pid, group);
}

/** The process group of a process: getpgid(2). 0 stands for this process. */
export function getProcessGroup(pid = 0): number {
  return addon().getProcessGroup(pid);
}

/** Makes this process the leader of a new session without a terminal: setsid(2). */
export function createSession(): number {
  return addon().createSession();
}

/** The ids of this process, its parent and this thread, asked of the kernel: never cached, unlike `process.pid`. */
export function getProcessIds(): { readonly pid: number; readonly parent: number; readonly thread: number } {
  const [pid, parent, thread] = addon().getProcessIds();
  return { pid, parent, thread };
}

/**
 * When a process or thread began, in clock ticks since the system's start. With its id it names it for good.
 *
 * @returns `undefined` where there is none, or a zombie only.
 */
export function getStartTime(pid: number): number | undefined {
  const time = addon().getStartTime(pid);
  return time < 0 ? undefined : time;
}

/** The processors that this process may run on: sched_getaffinity(2). How many is what `os.availableParallelism` says. */
export function getAffinity(): number[] {
  return addon().getAffinity();
}

/** Confines this thread, and the threads and processes that it makes, to some processors: sched_setaffinity(2). */
export function setAffinity(processors: readonly number[]): void {
  addon().setAffinity(processors);
}

/** Ends this process at once: _exit(2). No exit handler runs, and nothing that is buffered is written. */
export function exitNow(code = 0): never {
  return addon().exitNow(code);
}
