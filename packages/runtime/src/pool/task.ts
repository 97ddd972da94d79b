import type { Payload } from '@mp/codec';
import type { FunctionVersion } from './function-registry.js';
import type { TaskOptions } from './options.js';
import type { Pace } from './pace.js';
import type { Job, WorkerState } from './scheduler.js';

/** One item of a chunk, as it came back. */
export type ItemOutcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: unknown };

/** Who waits for a task. Exactly one of the first three is called, once. */
export interface TaskSink {
  onValue(value: unknown): void;
  /** A chunk, item by item. */
  onItems(items: readonly ItemOutcome[]): void;
  onError(error: unknown): void;
  /** How long its run took, in milliseconds; approximate for short tasks. */
  onTime?(ms: number): void;
  onProgress?(value: unknown): void;
  /** A stream yielded. */
  onItem?(value: unknown): void;
}

/** What a task is called with: scalars as they are, or everything else as a payload that nothing changes any more. */
export type TaskArgs = readonly unknown[] | Payload;

/** Whether the arguments were encoded. */
export function isEncoded(args: TaskArgs): args is Payload {
  return 'body' in args;
}

const NO_OPTIONS: TaskOptions = Object.freeze({});

/** A task of a pool, from its submission to its end. */
export class PoolTask implements Job {
  readonly id: number;
  readonly version: FunctionVersion;
  readonly mode: number;
  readonly sink: TaskSink;
  readonly options: TaskOptions;
  readonly pace: Pace;
  readonly callSite: { readonly stack?: string } | undefined;
  readonly priority: number;
  readonly affinity: string | number | undefined;
  readonly isExclusive: boolean;
  args: TaskArgs;
  /** When it was submitted, by `performance.now()`. */
  submittedAt = 0;
  /** How often its worker died while it ran. */
  deaths = 0;
  /** Its place in the order of delivery to its worker. */
  sequence = -1;
  /** Nobody waits for it any more: its sink was told. */
  isSettled = false;
  /** Whether the worker has begun to see it. */
  isDelivered = false;
  /** In whose hands it is, or was last. */
  worker: WorkerState<PoolTask> | undefined;
  /** Meant for one worker alone: it cannot run elsewhere. */
  isPinned = false;
  /** How many items its stream may send before they are taken. */
  credit = 0;
  /** Called when it has ended. */
  onSettled: (() => void) | undefined;
  /** Undoes what was set up for its present run. */
  cleanup: (() => void) | undefined;

  /**
   * @param pace - How long tasks like this one take, where it is not one call of the function.
   * @param callSite - Where it was asked for; see `call-site.ts`.
   */
  constructor(
    id: number,
    version: FunctionVersion,
    mode: number,
    args: TaskArgs,
    sink: TaskSink,
    options: TaskOptions = NO_OPTIONS,
    pace: Pace = version.pace,
    callSite?: { readonly stack?: string },
  ) {
    this.id = id;
    this.version = version;
    this.mode = mode;
    this.args = args;
    this.sink = sink;
    this.options = options;
    this.pace = pace;
    this.callSite = callSite;
    this.priority = options.priority ?? 0;
    this.affinity = options.affinity;
    // It may have to be ended with its worker, and nobody else may be in there then.
    this.isExclusive = options.timeoutMs !== undefined || options.signal !== undefined;
  }

  get isCancelled(): boolean {
    return this.isSettled;
  }
}
