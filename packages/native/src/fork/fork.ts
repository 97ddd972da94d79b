import { addon } from '../addon.js';
import { NATIVE_ERROR_CODES, NativeError } from '../native-error.js';
import { closeDescriptor, createEventDescriptor } from '../system/descriptors.js';
import { type ExitStatus, killPidfd, openPidfd, signalNumber, startWait } from '../system/process.js';
import { WATCH_EVENTS, Watcher } from '../system/watcher.js';
import { runAfterForkHooks } from './after-fork.js';
import { isForkSafe, noteForkSafe } from './fork-safety.js';
import { becomeProcess } from './identity.js';
import { guardInheritedHandles } from './inherited-handles.js';
import { findLayers, guardInheritedLayers } from './inherited-layers.js';
import { findRandomStores } from './randomness.js';
import { findDueLists, silenceParent } from './silence.js';
import { countExtraThreads, startThreadPool } from './threads.js';

/** How a process is forked. */
export interface ForkOptions {
  /** The signal that the kernel sends the child when this process ends; 0 for none. @defaultValue 'SIGKILL' */
  readonly deathSignal?: NodeJS.Signals | 0;
  /**
   * How long to wait for a moment in which no thread of this process is busy, in milliseconds.
   *
   * @defaultValue 10_000
   */
  readonly timeoutMs?: number;
  /** Called right before the copy is made, in the same callback of the event loop: what it does is in the copy, too. */
  readonly beforeCopy?: () => void;
}

/** A copy of this process. */
export class ForkedProcess {
  /** Its process id. It may be used again after {@link ForkedProcess.exited}. */
  readonly pid: number;
  /** Resolves when it has ended. Waiting for it keeps this process alive. */
  readonly exited: Promise<ExitStatus>;
  #pidfd: number | undefined;
  readonly #watcher: Watcher;

  /** Made by {@link fork}, of a child that was not waited for yet. */
  constructor(pid: number) {
    this.pid = pid;
    const pidfd = openPidfd(pid);
    this.#pidfd = pidfd;
    const { ended, watcher } = startWait(pidfd);
    this.#watcher = watcher;
    this.exited = ended.then(({ code, signal }) => {
      closeDescriptor(pidfd);
      this.#pidfd = undefined;
      return { code, signal };
    });
  }

  /** Keeps this process alive until it ends. The default. */
  ref(): this {
    this.#watcher.ref();
    return this;
  }

  /** Lets this process end before it does. */
  unref(): this {
    this.#watcher.unref();
    return this;
  }

  /**
   * Sends it a signal, and never another process that got its id.
   *
   * @returns Whether it was still there.
   */
  kill(signal: NodeJS.Signals | number = 'SIGTERM'): boolean {
    return this.#pidfd !== undefined && killPidfd(this.#pidfd, signal);
  }
}

/**
 * Makes a copy of this process, which runs `main` and nothing else: fork(2).
 *
 * The child has all memory of this process as it is now, at no cost until either writes to it. It never returns to
 * the caller: no promise, timer, immediate, socket, child process or exit handler of this process is active in it.
 * Standard output and error are shared, standard input is empty. When `main` is done and nothing else keeps the child
 * alive, it ends; an error in it ends it with code 1.
 *
 * The copy is made when the event loop is between two callbacks and libuv's thread pool is idle. What that pool has
 * done and what was not yet delivered is delivered in this process only.
 *
 * @throws NativeError `MP_FORK_UNSAFE` where this process was not started so that it can be forked, or has threads;
 *   `MP_TIMEOUT` where its threads were never idle; `MP_SYSTEM_CALL` where fork(2) fails.
 * @example
 * const table = buildLargeTable();
 * const child = await fork(() => { process.exitCode = check(table) ? 0 : 1; });
 * console.log(await child.exited);
 */
export async function fork(main: () => unknown, options: ForkOptions = {}): Promise<ForkedProcess> {
  const safety = isForkSafe();
  if (!safety.safe) throw unsafe(safety.reason);
  await startThreadPool();
  const extra = await settledExtraThreads();
  if (extra > 0)
    throw unsafe(
      `${extra} more threads are running than Node needs (worker threads, an open inspector, native addons), and a fork would lose them`,
    );
  if (!findDueLists())
    throw unsafe("Node's timers could not be found through the inspector, and a child would run them");
  const deadline = performance.now() + (options.timeoutMs ?? 10_000);
  for (;;) {
    // Each time: a store of random bytes is made when it is first used.
    findRandomStores();
    findLayers();
    const pid = await forkBetweenCallbacks(main, options);
    if (pid !== undefined) return new ForkedProcess(pid);
    if (performance.now() > deadline)
      throw new NativeError(
        NATIVE_ERROR_CODES.timeout,
        `This process could not be forked: its threads are always busy (${process.getActiveResourcesInfo().join(', ')}).`,
      );
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** So long a thread may take to begin or to end, in milliseconds. */
const THREAD_MS = 250;

/** A thread that has just begun has its creator's name, and one that was told to end is listed until it has. */
async function settledExtraThreads(): Promise<number> {
  const deadline = performance.now() + THREAD_MS;
  for (;;) {
    const extra = countExtraThreads();
    if (extra <= 0 || performance.now() > deadline) return extra;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function unsafe(reason: string): NativeError {
  return new NativeError(NATIVE_ERROR_CODES.forkUnsafe, `This process cannot be forked: ${reason}.`);
}

/** How often, a millisecond apart, the threads are looked at before the loop goes on. */
const LOOKS = 3;

/**
 * Waits a little, without going on, for libuv's pool and V8's threads to have done what they have: nothing new comes
 * meanwhile. What a thread is in the middle of would not go on in the child.
 */
function areThreadsIdle(): boolean {
  for (let look = 0; look < LOOKS; look++) {
    if (addon().isQuiet()) return true;
    addon().poll(new Int32Array(0), 1);
  }
  return false;
}

/**
 * Forks in a callback that libuv calls itself: no JavaScript is below it on the stack, and Node has just run every
 * microtask and tick that there was. Answers `undefined` where threads are busy.
 */
function forkBetweenCallbacks(
  main: () => unknown,
  { deathSignal = 'SIGKILL', beforeCopy }: ForkOptions,
): Promise<number | undefined> {
  const signal = signalNumber(deathSignal);
  // An eventfd takes more at any time: it is ready in the next round of the loop.
  const fd = createEventDescriptor();
  return new Promise((resolve, reject) => {
    const watcher = new Watcher(fd, () => {
      try {
        const idle = areThreadsIdle();
        if (idle) beforeCopy?.();
        const pid = idle ? addon().forkProcess(signal) : undefined;
        // In the child this promise stays pending for ever, and the caller's stack with it.
        if (pid === 0) runCopy(main);
        else resolve(pid);
      } catch (error) {
        reject(error);
      } finally {
        watcher.close();
        closeDescriptor(fd);
      }
    });
    watcher.watch(WATCH_EVENTS.writable);
  });
}

/** Never throws: what fails here fails in the child. A rejection is unhandled, and ends it as an exception does. */
function runCopy(main: () => unknown): void {
  void (async () => {
    silenceParent();
    guardInheritedHandles();
    guardInheritedLayers();
    addon().acceptSignals();
    noteForkSafe();
    becomeProcess();
    runAfterForkHooks();
    await main();
  })();
}
