import type { Payload } from '@mp/codec';
import { collectTickets } from '../channel/broker.js';
import { closeEnds, collectEnds, type WithEnds } from '../channel/direct-ends.js';
import { Later, whenPrepared } from '../channel/marshal.js';
import type { Readiness, Waitable } from '../channel/readiness.js';
import type { Child, LaunchOptions, ProcessWork } from '../launch/launcher.js';
import { family } from '../platform/family.js';
import { getLogger } from '../platform/logger.js';
import { startTimer, stopTimer } from '../platform/timers.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { FRAME } from '../protocol/frames.js';
import { decodeReport } from '../protocol/reports.js';
import { addChild, nextIdentity } from './children.js';
import { signalName } from './exit-signal.js';
import { type ChildSpec, launchChild, type ProcessOrigin } from './launch-child.js';
import { handOverWork } from './work-handles.js';

/** What a process is to do, and how it is called. */
export interface ProcessOptions<A extends readonly unknown[] = readonly unknown[]> extends LaunchOptions {
  /** Called in the new process. Without one, override {@link Process.run}. */
  readonly target?: ((...args: A) => unknown) | undefined;
  /** What the target is called with. */
  readonly args?: A | undefined;
  /** The name, for logs and errors. `Process-1`, `Process-1:2`… by default. */
  readonly name?: string | undefined;
  /**
   * Whether the process is ended when its parent ends. Otherwise the parent waits for it.
   *
   * @defaultValue false
   */
  readonly daemon?: boolean | undefined;
}

/** Becomes ready when its process has ended. */
export interface Sentinel extends Waitable {
  /** The process id. */
  readonly pid: number | undefined;
}

/**
 * A function that runs in a process of its own.
 *
 * @example
 * const process = new Process({ target: (name) => console.log(`hello ${name}`), args: ['world'] });
 * await process.start();
 * await process.join();
 */
export class BaseProcess<A extends readonly unknown[] = readonly unknown[]> implements Waitable, AsyncDisposable {
  /** @internal Set by the context to which the class belongs. */
  static origin: () => ProcessOrigin = () => {
    throw new ProcessError(PROCESS_ERROR_CODES.state, 'This class of processes belongs to no context.');
  };

  #target: ((...args: A) => unknown) | undefined;
  #args: A | undefined;
  #name: string | undefined;
  #daemon: boolean;
  readonly #launchOptions: LaunchOptions;
  readonly #creator = process.pid;
  #state: 'initial' | 'started' | 'closed' = 'initial';
  #child: Child | undefined;
  readonly #startListeners: (() => void)[] = [];

  constructor(options: ProcessOptions<A> = {}) {
    const { target, args, name, daemon, ...launchOptions } = options;
    if (target !== undefined && typeof target !== 'function')
      throw new ProcessError(
        PROCESS_ERROR_CODES.argument,
        `The target of a process is a function, not ${typeof target}.`,
      );
    if (args !== undefined && !Array.isArray(args))
      throw new ProcessError(PROCESS_ERROR_CODES.argument, 'The arguments of a process are an array: `args: [1, 2]`.');
    this.#target = target;
    this.#args = args;
    this.#name = name === undefined ? undefined : String(name);
    this.#daemon = daemon ?? false;
    this.#launchOptions = launchOptions;
  }

  /** What runs in the new process. A subclass may override it. */
  run(): unknown {
    return this.#target?.(...(this.#args ?? ([] as unknown as A)));
  }

  /** The name, for logs and errors. */
  get name(): string {
    this.#name ??= `Process-${[...family().identity, ++family().childCount].join(':')}`;
    return this.#name;
  }

  set name(name: string) {
    this.#name = String(name);
  }

  /** Whether the process is ended when its parent ends. Can be set until {@link start}. */
  get daemon(): boolean {
    return this.#daemon;
  }

  set daemon(daemon: boolean) {
    if (this.#state !== 'initial')
      throw new ProcessError(
        PROCESS_ERROR_CODES.state,
        `Process ${this.name} was started: it is too late to set daemon.`,
      );
    this.#daemon = Boolean(daemon);
  }

  /** The process id, from {@link start} on. */
  get pid(): number | undefined {
    this.#checkNotClosed();
    return this.#child?.pid;
  }

  /**
   * How the process ended: its exit code, or the negative number of the signal that ended it.
   * `undefined` while it runs, or before it was started.
   */
  get exitCode(): number | undefined {
    this.#checkNotClosed();
    return this.#child?.exitStatus?.exitCode;
  }

  /** Standard output, where the option `output` is `'pipe'`. */
  get stdout(): Child['stdout'] {
    return this.#child?.stdout;
  }

  /** Standard error, where the option `output` is `'pipe'`. */
  get stderr(): Child['stderr'] {
    return this.#child?.stderr;
  }

  /** Becomes ready when the process has ended; for {@link wait}. */
  get sentinel(): Sentinel {
    this.#checkNotClosed();
    if (this.#child === undefined)
      throw new ProcessError(
        PROCESS_ERROR_CODES.state,
        `Process ${this.name} was not started, and has no sentinel yet.`,
      );
    return { pid: this.#child.pid, readiness: this.readiness };
  }

  /** What {@link wait} asks: whether the process has ended. */
  get readiness(): Readiness {
    return {
      isReady: () => this.#child?.exitStatus !== undefined,
      onceReady: (listener) => {
        let wanted = true;
        const whenStarted = () =>
          this.#child?.onExit(() => {
            if (wanted) listener();
          });
        if (this.#child === undefined) this.#startListeners.push(whenStarted);
        else whenStarted();
        return () => {
          wanted = false;
        };
      },
    };
  }

  /**
   * Starts the process.
   *
   * @returns A promise that resolves when the target and its arguments were handed over. The process id is there by then.
   * @throws SerializeError where the target or an argument cannot travel; the path says which.
   * @throws ProcessError where it was started before, or no process can be started.
   */
  start(): Promise<void> {
    try {
      return this.#start();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Waits until the process has ended. {@link exitCode} says how, if it did.
   *
   * @param timeoutMs - How long at most, in milliseconds. Endless by default; 0 or less does not wait.
   */
  async join(timeoutMs: number = Number.POSITIVE_INFINITY): Promise<void> {
    const child = this.#startedChild('join');
    if (child.exitStatus !== undefined || timeoutMs <= 0) return;
    // Who waits keeps this process alive, even for a daemon.
    child.ref();
    await new Promise<void>((resolve) => {
      const timer = timeoutMs === Number.POSITIVE_INFINITY ? undefined : startTimer(resolve, timeoutMs);
      child.onExit(() => {
        stopTimer(timer);
        resolve();
      });
    });
    if (this.#daemon) child.unref();
  }

  /** Whether the process was started and has not ended. */
  isAlive(): boolean {
    this.#checkNotClosed();
    return this.#child !== undefined && this.#child.exitStatus === undefined;
  }

  /** Ends the process with SIGTERM. Exit handlers of its own run if it handles the signal. */
  terminate(): void {
    this.#startedChild('terminate').signal('SIGTERM');
  }

  /** Ends the process with SIGKILL, at once. */
  kill(): void {
    this.#startedChild('kill').signal('SIGKILL');
  }

  /** Sends SIGINT, as Ctrl-C does. */
  interrupt(): void {
    this.#startedChild('interrupt').signal('SIGINT');
  }

  /**
   * Gives back what this object holds. It cannot be used afterwards.
   *
   * @throws ProcessError where the process still runs: join or terminate it first.
   */
  close(): void {
    if (this.#state === 'closed') return;
    if (this.isAlive())
      throw new ProcessError(
        PROCESS_ERROR_CODES.state,
        `Process ${this.name} is running: join or terminate it, then close it.`,
      );
    this.#state = 'closed';
    this.#child = undefined;
  }

  /** Terminates the process if it runs, waits for its end, and closes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === 'closed') return;
    if (this.isAlive()) {
      this.terminate();
      await this.join();
    }
    this.close();
  }

  /** Says what it is and how it stands, as Python does. */
  toString(): string {
    const code = this.#child?.exitStatus?.exitCode;
    const state =
      this.#state !== 'started' ? this.#state : code === undefined ? 'started' : `stopped exitCode=${signalText(code)}`;
    return `<Process name=${JSON.stringify(this.name)} pid=${this.#child?.pid} parent=${this.#creator} ${state}${this.#daemon ? ' daemon' : ''}>`;
  }

  #start(): Promise<void> {
    this.#checkNotClosed();
    if (this.#state !== 'initial')
      throw new ProcessError(
        PROCESS_ERROR_CODES.state,
        `Process ${this.name} was started before; a process starts once.`,
      );
    const origin = (this.constructor as typeof BaseProcess).origin();
    const { marshal } = origin;
    const identity = nextIdentity();
    this.#name ??= `Process-${identity.join(':')}`;
    const isPlain = this.run === BaseProcess.prototype.run && this.#target !== undefined;
    const work: ProcessWork = isPlain
      ? { target: this.#target as unknown as ProcessTarget, args: this.#args ?? [] }
      : this;
    if (origin.launcher.copies === true) return this.#startCopy(origin, identity, work);
    let takesEnds = origin.launcher.passesDescriptors === true;
    const encode = (): Encoding => {
      const write = () => marshal.codec.encode(work, marshal.context, 'process');
      const { result, dropTickets } = collectTickets(() => collectEnds(write, takesEnds));
      return { ...result, dropTickets };
    };
    // Encoded before anything is started: what cannot travel must not leave a process behind.
    const encoded = whenPrepared(encode, () => marshal.codec.prepareEncode(work, marshal.context));
    takesEnds = false;
    const known = encoded instanceof Later ? undefined : encoded;
    const child = this.#launch(origin, identity, { descriptors: known?.descriptors }, () => {
      known?.dropTickets();
      closeEnds(known?.descriptors ?? []);
    });
    this.#register(child);
    return this.#handOver(child, encoded instanceof Later ? encoded.promise : encoded);
  }

  /** @param undo - Called where no child comes of it: nobody will come for the connections, and their other ends hear of it. */
  #launch(origin: ProcessOrigin, identity: readonly number[], given: WorkOfChild, undo: () => void): Child {
    const { name, daemon } = this;
    try {
      return launchChild(origin, { role: 'process', name, daemon, identity, options: this.#launchOptions, ...given });
    } catch (error) {
      undo();
      throw error;
    }
  }

  async #handOver(child: Child, encoding: Encoding | Promise<Encoding>): Promise<void> {
    try {
      const { result, dropTickets } = await encoding;
      child.onExit(dropTickets);
      child.channel.send(FRAME.run, result.body, result.buffers, true);
    } catch (error) {
      child.signal('SIGKILL');
      throw error;
    } finally {
      // The arguments may be large, and are not ours any more.
      this.#target = undefined;
      this.#args = undefined;
    }
    // First whether it exists: what could not be written to a child that never was has no reason of its own.
    await child.begun;
    await child.channel.written();
  }

  /** Nothing is encoded: the work is in the copy as it is here, but for connections, which have one end. */
  async #startCopy(origin: ProcessOrigin, identity: readonly number[], work: ProcessWork): Promise<void> {
    const moved = collectTickets(() => handOverWork(work));
    // What the copy sends back of this process's is the same here.
    origin.marshal.codec.identify?.(work);
    const run = (): unknown => {
      moved.result();
      return 'run' in work ? work.run() : work.target(...work.args);
    };
    const child = this.#launch(origin, identity, { work: { run } }, moved.dropTickets);
    child.onExit(moved.dropTickets);
    this.#register(child);
    try {
      await child.begun;
    } finally {
      this.#target = undefined;
      this.#args = undefined;
    }
  }

  #register(child: Child): void {
    this.#child = child;
    this.#state = 'started';
    if (this.#daemon) child.unref();
    addChild(this, child);
    hearLog(child);
    for (const listener of this.#startListeners.splice(0)) listener();
  }

  #startedChild(what: string): Child {
    this.#checkNotClosed();
    if (this.#creator !== process.pid)
      throw new ProcessError(PROCESS_ERROR_CODES.state, `Only the process that created ${this.name} can ${what} it.`);
    if (this.#child === undefined)
      throw new ProcessError(
        PROCESS_ERROR_CODES.state,
        `Process ${this.name} was not started: there is nothing to ${what}.`,
      );
    return this.#child;
  }

  #checkNotClosed(): void {
    if (this.#state === 'closed')
      throw new ProcessError(PROCESS_ERROR_CODES.closed, `Process ${this.#name ?? ''} is closed.`);
  }
}

/** Hands the messages of a child's logger to the handlers of this process's, where it has some. */
function hearLog(child: Child): void {
  const { channel } = child;
  if (!getLogger().isHeard) {
    // Who reads nothing hears of no end: the channel would stay open.
    child.onExit(() => channel.finish());
    return;
  }
  channel.setHandler({
    onFrame: (kind, body) => {
      if (kind !== FRAME.log) return;
      const report = decodeReport(body);
      if (report.kind === 'record') getLogger().hear(report.record);
    },
    onEnd: () => {},
  });
}

type WorkOfChild = Pick<ChildSpec, 'work' | 'descriptors'>;

type ProcessTarget = (...args: unknown[]) => unknown;

/** A process's work, encoded, with the descriptors that go along, and the handles in it that are void when it ends. */
type Encoding = WithEnds<Payload> & { readonly dropTickets: () => void };

function signalText(exitCode: number): string {
  const signal = signalName(exitCode);
  return signal === undefined ? String(exitCode) : `-${signal}`;
}
