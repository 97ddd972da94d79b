import type { Payload } from '@mp/codec';
import { isScalar, toInt32s } from '../channel/cells.js';
import { encodeWhenPrepared, Later, type Marshal } from '../channel/marshal.js';
import { onceAborted } from '../platform/abort.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { TASK_MODE, WITH_FUNCTION } from '../protocol/pool-frames.js';
import { areScalars, copyScalars, type EncodedChunk } from './arguments.js';
import type { AsyncResult } from './async-result.js';
import { Call } from './call.js';
import { captureCallSite } from './call-site.js';
import type { Crew } from './crew.js';
import type { AnyFunction, FunctionRegistry, FunctionVersion } from './function-registry.js';
import type { CallbackOptions, MapOptions, TaskOptions } from './options.js';
import type { Pace } from './pace.js';
import { createForm, PoolTask, type TaskArgs, type TaskForm, type TaskSink } from './task.js';
import { checkTaskOptions } from './task-options.js';
import { callMode } from './worker-slot.js';

/** How a task is called, and where it was asked for. */
export interface CallForm {
  readonly mode: number;
  readonly callSite: { readonly stack?: string } | undefined;
  /** Called with the task before it is in anybody's hands. */
  readonly beforeSubmit?: (task: PoolTask) => void;
}

/** What all chunks of one call have in common. */
export interface ChunkForm {
  readonly mode: number;
  readonly options: MapOptions;
  readonly pace: Pace;
  readonly callSite: { readonly stack?: string } | undefined;
}

/** Makes tasks. In: functions and their arguments. Out: tasks that hold bytes, in the hands of the crew. */
export class Submission {
  readonly #functions: FunctionRegistry;
  readonly #marshal: Marshal;
  readonly #crew: Crew;
  readonly #maxQueue: number;
  #nextTask = 1;
  /** That of the last simple task: the next one is often like it. */
  #lastForm: TaskForm | undefined;

  constructor(functions: FunctionRegistry, marshal: Marshal, crew: Crew, maxQueue: number) {
    this.#functions = functions;
    this.#marshal = marshal;
    this.#crew = crew;
    this.#maxQueue = maxQueue;
  }

  /**
   * Calls a function; the result is there when the call has been answered.
   *
   * @param below - The function at which the caller's stack begins.
   */
  apply<T>(
    fn: AnyFunction,
    args: readonly unknown[],
    options: CallbackOptions<T> | undefined,
    below: (...args: never[]) => unknown,
  ): AsyncResult<T> {
    const callSite = captureCallSite(below);
    // The case that must cost nothing: a function that was captured for good, and scalars.
    const form = options === undefined && Array.isArray(args) && areScalars(args) ? this.#plainForm(fn) : undefined;
    if (form === undefined) {
      const call = new Call<T>(this.#crew, options);
      this.call(fn, args, call, options, { mode: TASK_MODE.call, callSite });
      return call.result;
    }
    const task = new PoolTask(this.#nextTask++, form, copyScalars(args), undefined);
    if (callSite !== undefined) task.callSite = callSite;
    this.#crew.submitPlain(task);
    return task.sink as AsyncResult<T>;
  }

  /** The form of a task of which nothing but the result is wanted. Undefined where it may not be submitted like that. */
  #plainForm(fn: AnyFunction): TaskForm | undefined {
    if (!this.#crew.isRunning || this.#crew.waiting >= this.#maxQueue) return undefined;
    const version = this.#functions.captured(fn);
    if (version === undefined) return undefined;
    if (this.#lastForm?.version !== version) this.#lastForm = createForm(version, TASK_MODE.call, this.#crew);
    return this.#lastForm;
  }

  /** Captures the function and the arguments, now or after what the codec has to prepare, and submits the task. */
  call(
    fn: AnyFunction,
    args: readonly unknown[],
    sink: TaskSink,
    options: TaskOptions | undefined,
    form: CallForm,
  ): void {
    const { mode } = form;
    const submit = (version: FunctionVersion, taskArgs: TaskArgs, taskMode: number) =>
      this.#submit(version, taskArgs, sink, options, taskMode, form);
    try {
      if (options !== undefined) checkTaskOptions(options);
      if (!Array.isArray(args))
        throw new ProcessError(
          PROCESS_ERROR_CODES.argument,
          `The arguments of a task are an array, not ${args === null ? 'null' : typeof args}: pool.apply(fn, [1, 2]).`,
        );
      if (options?.signal?.aborted === true) return sink.onError(options.signal.reason);
      const isScalarCall = mode === TASK_MODE.call && areScalars(args);
      if (!isScalarCall && typeof fn === 'function' && !this.#functions.isConstant(fn))
        return this.#submitWhole(fn, args, mode, submit, sink);
      const version = this.#functions.capture(fn);
      const taskArgs = isScalarCall ? copyScalars(args) : encodeWhenPrepared(this.#marshal, args, 'args');
      const taskMode = isScalarCall || mode !== TASK_MODE.call ? mode : TASK_MODE.callPayload;
      if (!(version instanceof Promise) && !(taskArgs instanceof Later)) return submit(version, taskArgs, taskMode);
      Promise.all([version, taskArgs instanceof Later ? taskArgs.promise : taskArgs]).then(
        ([ready, encoded]) => submit(ready, encoded, taskMode),
        (error) => sink.onError(error),
      );
    } catch (error) {
      sink.onError(error);
    }
  }

  /**
   * Submits a chunk of items, or fails its sink.
   *
   * @param captured - The function as it was when the call began: all items see the same.
   */
  chunk(
    fn: AnyFunction,
    captured: FunctionVersion | Promise<FunctionVersion>,
    chunk: readonly unknown[],
    sink: TaskSink,
    { mode, options, pace, callSite }: ChunkForm,
  ): { cancel(reason: unknown): void } {
    let task: PoolTask | undefined;
    let isCancelled = false;
    const submit = ({ version, payload, withFunction }: EncodedChunk) => {
      if (isCancelled) return;
      version.uses++;
      const form = createForm(version, mode + withFunction, this.#crew, options, pace);
      task = new PoolTask(this.#nextTask++, form, payload, sink);
      task.callSite = callSite;
      this.#crew.submit(task, isLarge(payload));
    };
    const encode = (version: FunctionVersion): EncodedChunk | Later<EncodedChunk> => {
      const numbers = toInt32s(chunk);
      if (numbers !== undefined) return { version, payload: numbers, withFunction: 0 };
      const isWhole = !this.#functions.isConstant(fn) && !chunk.every(isScalar);
      const withFunction = isWhole ? WITH_FUNCTION : 0;
      const payload = encodeWhenPrepared(this.#marshal, isWhole ? [fn, chunk] : chunk, isWhole ? 'call' : 'items');
      return payload instanceof Later
        ? new Later(payload.promise.then((ready) => ({ version, payload: ready, withFunction })))
        : { version, payload, withFunction };
    };
    const fail = (error: unknown) => sink.onError(error);
    const submitEncoded = (encoded: EncodedChunk | Later<EncodedChunk>) =>
      encoded instanceof Later ? encoded.promise.then(submit).catch(fail) : submit(encoded);
    try {
      if (captured instanceof Promise) captured.then((version) => submitEncoded(encode(version))).catch(fail);
      else submitEncoded(encode(captured));
    } catch (error) {
      // After the caller has noted the chunk.
      queueMicrotask(() => fail(error));
    }
    return {
      cancel: (reason) => {
        isCancelled = true;
        if (task !== undefined) this.#crew.cancel(task, reason);
      },
    };
  }

  /** Captures what every worker is to call. The tasks are made later, one for each. */
  async forBroadcast(fn: AnyFunction, args: readonly unknown[]): Promise<(sink: TaskSink) => PoolTask> {
    const version = await this.#functions.capture(fn);
    const encoded = areScalars(args) ? copyScalars(args) : encodeWhenPrepared(this.#marshal, args, 'args');
    const taskArgs = encoded instanceof Later ? await encoded.promise : encoded;
    return (sink) => {
      version.uses++;
      return new PoolTask(this.#nextTask++, createForm(version, callMode(taskArgs), this.#crew), taskArgs, sink);
    };
  }

  /** The function and its arguments in one payload: what they share, they share there, too. */
  #submitWhole(
    fn: AnyFunction,
    args: readonly unknown[],
    mode: number,
    submit: (version: FunctionVersion, args: TaskArgs, mode: number) => void,
    sink: TaskSink,
  ): void {
    const taskMode = (mode === TASK_MODE.call ? TASK_MODE.callPayload : mode) + WITH_FUNCTION;
    const payload = encodeWhenPrepared(this.#marshal, [fn, args], 'call');
    if (!(payload instanceof Later)) return submit(this.#functions.unsent(fn), payload, taskMode);
    payload.promise.then(
      (ready) => submit(this.#functions.unsent(fn), ready, taskMode),
      (error) => sink.onError(error),
    );
  }

  #submit(
    version: FunctionVersion,
    args: TaskArgs,
    sink: TaskSink,
    options: TaskOptions | undefined,
    mode: number,
    { callSite, beforeSubmit }: CallForm,
  ): void {
    const maxQueue = this.#maxQueue;
    if (this.#crew.waiting >= maxQueue) {
      this.#functions.release(version);
      return sink.onError(
        new ProcessError(
          PROCESS_ERROR_CODES.overload,
          `${maxQueue} tasks wait already, which is the pool's maxQueue. Await results before submitting more, or use imap.`,
        ),
      );
    }
    const task = new PoolTask(this.#nextTask++, createForm(version, mode, this.#crew, options), args, sink);
    task.callSite = callSite;
    if (sink instanceof Call && !sink.begin(task)) return this.#functions.release(version);
    beforeSubmit?.(task);
    this.#crew.submit(task);
    const signal = options?.signal;
    if (signal !== undefined) this.#follow(signal, task);
  }

  #follow(signal: AbortSignal, task: PoolTask): void {
    if (signal.aborted) return this.#crew.cancel(task, signal.reason);
    task.onceSettled(onceAborted(signal, () => this.#crew.cancel(task, signal.reason)));
  }
}

/** A chunk of this size is worth a write of its own: its worker need not wait until the chunks behind it are made, too. */
const LARGE_BYTES = 1 << 14;

function isLarge(payload: Payload | Int32Array): boolean {
  return (payload instanceof Int32Array ? payload.byteLength : payload.body.length) >= LARGE_BYTES;
}
