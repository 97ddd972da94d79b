import type { Payload } from '@mp/codec';
import type { Scalar } from '../channel/cells.js';
import { TASK_MODE } from '../protocol/pool-frames.js';
import { AsyncResult, type ResultControl } from './async-result.js';
import type { FunctionVersion } from './function-registry.js';
import type { TaskOptions } from './options.js';
import type { Pace } from './pace.js';
import type { Job } from './scheduler.js';

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

/**
 * What a task is called with: scalars as they are, one of them without an array; the items of a chunk, where all are numbers
 * without a fraction; or everything else as a payload that nothing changes any more.
 */
export type TaskArgs = readonly unknown[] | Scalar | Int32Array | Payload;

/** Whether the arguments were encoded. */
export function isEncoded(args: TaskArgs): args is Payload {
  return typeof args === 'object' && args !== null && 'body' in args;
}

const NO_OPTIONS: TaskOptions = Object.freeze({});
const NO_ARGS: readonly unknown[] = Object.freeze([]);

/** What few tasks have. */
interface TaskExtras {
  callSite?: { readonly stack?: string } | undefined;
  cleanup?: (() => void) | undefined;
  onSettled?: (() => void) | undefined;
  credit?: number;
  deaths?: number;
  isPinned?: boolean;
}

/** A turn of the event loop in which tasks were submitted. */
export interface Turn {
  /** When it began, by `performance.now()`. */
  readonly at: number;
}

/** What tasks have in common that are called alike: one object for all of them. */
export interface TaskForm {
  readonly version: FunctionVersion;
  readonly mode: number;
  readonly options: TaskOptions;
  /** How long they take. */
  readonly pace: Pace;
  readonly owner: TaskOwner;
  /** Nothing was asked for but their results. */
  readonly isPlain: boolean;
}

/** The form of tasks. @param options - Undefined where nothing was asked for. @param pace - That of one call, unless it is another. */
export function createForm(
  version: FunctionVersion,
  mode: number,
  owner: TaskOwner,
  options?: TaskOptions,
  pace: Pace = version.pace,
): TaskForm {
  const isPlain = options === undefined && mode === TASK_MODE.call;
  return { version, mode, options: options ?? NO_OPTIONS, pace, owner, isPlain };
}

/** Whoever ends tasks early. */
export interface TaskOwner {
  cancel(task: PoolTask, reason: unknown): void;
}

/**
 * A task of a pool, from its submission to its end.
 *
 * A million of them may wait at once, and what they occupy is what the garbage collector has to move: what few of them
 * have is in an object of its own.
 */
export class PoolTask implements Job, ResultControl {
  readonly id: number;
  readonly form: TaskForm;
  args: TaskArgs;
  /** When it was submitted: one object for all tasks of a turn, because a number of its own would be an object for each. */
  turn: Turn | undefined = undefined;
  /** Who is told how it ended. */
  readonly sink: TaskSink | AsyncResult<unknown>;
  sequence = -1;
  cost = 0;
  /** Nobody waits for it any more: its sink was told. */
  isSettled = false;
  #extras: TaskExtras | undefined = undefined;

  /** @param sink - Who is told how it ended; undefined makes a result, which is its {@link sink}. */
  constructor(id: number, form: TaskForm, args: TaskArgs, sink: TaskSink | undefined) {
    this.id = id;
    this.form = form;
    this.args = args;
    this.sink = sink ?? new AsyncResult(this);
  }

  get version(): FunctionVersion {
    return this.form.version;
  }

  get mode(): number {
    return this.form.mode;
  }

  get options(): TaskOptions {
    return this.form.options;
  }

  get pace(): Pace {
    return this.form.pace;
  }

  get priority(): number {
    return this.options.priority ?? 0;
  }

  get affinity(): string | number | undefined {
    return this.options.affinity;
  }

  /** It may have to be ended with its worker, and nobody else may be in there then. */
  get isExclusive(): boolean {
    return this.options.timeoutMs !== undefined || this.options.signal !== undefined;
  }

  get isCancelled(): boolean {
    return this.isSettled;
  }

  /** Whether it is in the hands of a worker that may have begun to see it. */
  get isDelivered(): boolean {
    return this.sequence >= 0;
  }

  /** Where it was asked for; see `call-site.ts`. */
  get callSite(): { readonly stack?: string } | undefined {
    return this.#extras?.callSite;
  }

  set callSite(callSite: { readonly stack?: string } | undefined) {
    if (callSite !== undefined) this.#rare.callSite = callSite;
  }

  /** How often its worker died while it ran. */
  get deaths(): number {
    return this.#extras?.deaths ?? 0;
  }

  set deaths(deaths: number) {
    this.#rare.deaths = deaths;
  }

  /** Meant for one worker alone: it cannot run elsewhere. */
  get isPinned(): boolean {
    return this.#extras?.isPinned ?? false;
  }

  set isPinned(isPinned: boolean) {
    this.#rare.isPinned = isPinned;
  }

  /** How many items its stream may send before they are taken. */
  get credit(): number {
    return this.#extras?.credit ?? 0;
  }

  set credit(credit: number) {
    this.#rare.credit = credit;
  }

  /** Calls back when it has ended. */
  onceSettled(listener: () => void): void {
    this.#rare.onSettled = listener;
  }

  /** Notes how to undo what is set up for its present run. */
  onceRunEnds(undo: () => void): void {
    const rare = this.#rare;
    const before = rare.cleanup;
    rare.cleanup = () => {
      undo();
      before?.();
    };
  }

  /** Its present run is over. */
  endRun(): void {
    const extras = this.#extras;
    if (extras?.cleanup === undefined) return;
    extras.cleanup();
    extras.cleanup = undefined;
  }

  /** It has ended. Nothing of a task that is done is kept. */
  settle(): void {
    this.isSettled = true;
    this.args = NO_ARGS;
    if (this.#extras === undefined) return;
    this.endRun();
    this.#extras.onSettled?.();
  }

  /** Nobody wants the result any more. */
  cancel(reason: unknown): void {
    this.form.owner.cancel(this, reason);
  }

  get #rare(): TaskExtras {
    this.#extras ??= {};
    return this.#extras;
  }
}

/** The sink of a task for which there is more to tell than its end; undefined where a result alone waits for it. */
export function sinkOf({ sink }: PoolTask): TaskSink | undefined {
  return sink instanceof AsyncResult ? undefined : sink;
}
