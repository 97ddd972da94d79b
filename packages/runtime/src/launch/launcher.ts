import type { Readable } from 'node:stream';
import type { ResourceLimits } from 'node:worker_threads';
import type { FrameChannel } from '../channel/frame-channel.js';
import type { ExitStatus, Preparation } from '../protocol/preparation.js';

/** How a child comes to be. */
export type StartMethod = 'spawn' | 'fork' | 'forkserver' | 'thread';

/** How the new process or thread is set up; what is not given is inherited. */
export interface LaunchOptions {
  /** Flags of Node. By default those of this process, without the ones that make no sense in a child. */
  readonly execArgv?: readonly string[] | undefined;
  /** Environment variables, in place of this process's. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** The working directory. Threads share that of the process. */
  readonly cwd?: string | undefined;
  /** Where standard output and error go. @defaultValue 'inherit' */
  readonly output?: 'inherit' | 'pipe' | 'ignore' | undefined;
  /** Limits of the heap and the stack, in megabytes. */
  readonly resourceLimits?: ResourceLimits | undefined;
  /**
   * Lets a debugger attach to the process: on this port of 127.0.0.1, or on a free one with `true`. Node says which on
   * standard error. With `'wait'` it is a free one, and nothing runs before a debugger is there. By `spawn` only: a thread is
   * debugged with its process, and a forked process has no inspector.
   *
   * @defaultValue false
   */
  readonly inspect?: boolean | number | 'wait' | undefined;
}

/** What a launcher is asked to start. */
export interface LaunchSpec {
  readonly preparation: Preparation;
  readonly options: LaunchOptions;
  /** The executable of Node; of no meaning for threads. */
  readonly executable: string;
  /** Whether the child records its progress; see {@link Child.progress}. */
  readonly recordsProgress: boolean;
  /** What a process is to do, for a launcher that copies this process; see {@link Launcher.copies}. */
  readonly work?: ProcessWork | undefined;
  /** What else the child is given, for a launcher that {@link Launcher.passesDescriptors}. It closes them, unless it throws. */
  readonly descriptors?: readonly number[] | undefined;
}

/** A target and its arguments, or an object of a subclass with its own `run`. */
export type ProcessWork =
  | { readonly target: (...args: unknown[]) => unknown; readonly args: readonly unknown[] }
  | { run(): unknown };

/** The record of which tasks a worker has begun. It outlives the worker. */
export interface ProgressRecord {
  /** Where it is a file, its descriptor. What lies behind the first page belongs to whoever the child talks with. */
  readonly descriptor?: number;
  /** The number of tasks begun, by the worker's own count. */
  read(): number;
  /** Gives the record's memory or descriptor back. */
  close(): void;
}

/** A child as its launcher knows it. */
export interface Child {
  /** The process id; a thread has that of its process. A forked process has it once it is {@link Child.begun}. */
  readonly pid: number | undefined;
  /** Resolves when the child exists, or will never: for launchers that have somebody else start it. */
  readonly begun?: Promise<void> | undefined;
  /** The child's channel. It ends when the child does. */
  readonly channel: FrameChannel;
  /** How it ended, once it has. */
  readonly exitStatus: ExitStatus | undefined;
  /** Where {@link LaunchOptions.output} is `'pipe'`. */
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
  /** Where {@link LaunchSpec.recordsProgress} was asked for. */
  readonly progress: ProgressRecord | undefined;
  /** Calls `listener` when the child has ended; at once, if it has. */
  onExit(listener: (status: ExitStatus) => void): void;
  /** Sends a signal. A thread is ended by any of them. Does nothing once the child has ended. */
  signal(name: NodeJS.Signals): void;
  /** Keeps this process alive as long as the child lives. The default. */
  ref(): void;
  /** Does not keep this process alive. */
  unref(): void;
}

/** One way to start a child. The four start methods are four launchers. */
export interface Launcher {
  readonly method: StartMethod;
  /** Whether its children are copies of this process, in which everything is there already. @defaultValue false */
  readonly copies?: boolean;
  /** Whether a child can be given descriptors of this process. @defaultValue false */
  readonly passesDescriptors?: boolean;
  /** Why this method cannot be used here, if so: another system, something not built. */
  readonly problem: string | undefined;
  /**
   * Starts a child.
   *
   * @throws ProcessError with code `MP_START`.
   */
  launch(spec: LaunchSpec): Child;
}
