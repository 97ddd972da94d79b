import { isScalar } from '../channel/cells.js';
import { encodeWhenPrepared, Later, type Marshal } from '../channel/marshal.js';
import type { ProcessOrigin } from '../process/process.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { TASK_MODE, WITH_FUNCTION } from '../protocol/pool-frames.js';
import { areScalars, copyScalars, type EncodedChunk } from './arguments.js';
import type { AsyncResult } from './async-result.js';
import { Call } from './call.js';
import { captureCallSite } from './call-site.js';
import { ChunkSize } from './chunk-size.js';
import { Crew, type MakeTask } from './crew.js';
import { type AnyFunction, FunctionRegistry, type FunctionVersion } from './function-registry.js';
import { MapJob, type MapListener } from './map-job.js';
import {
  type CallbackOptions,
  type ImapOptions,
  type MapOptions,
  type PoolOptions,
  type ResolvedPoolOptions,
  resolvePoolOptions,
  type TaskOptions,
} from './options.js';
import { Pace } from './pace.js';
import { ResultStream } from './result-stream.js';
import { pull, type Source } from './source.js';
import type { PoolCounts } from './statistics.js';
import { PoolTask, type TaskArgs, type TaskSink } from './task.js';
import { checkTaskOptions } from './task-options.js';
import { callMode } from './worker-slot.js';

/** What a pool says about itself. */
export interface PoolStats extends PoolCounts {
  /** Tasks that wait for a worker. */
  readonly waiting: number;
  /** Tasks that were taken in and have not ended. */
  readonly pending: number;
  /** Workers. */
  readonly workers: readonly {
    readonly pid: number | undefined;
    readonly state: string;
    /** Tasks in its hands. */
    readonly inHand: number;
    readonly ageMs: number;
  }[];
}

/** Chunks that are under way for each worker: one runs, one waits there, one is being answered. */
const CHUNKS_PER_WORKER = 3;

/**
 * Workers that run functions.
 *
 * @example
 * await using pool = new Pool(4);
 * const sizes = await pool.map((file) => statSync(file).size, files);
 */
export class BasePool implements AsyncDisposable {
  /** @internal Set by the context to which the class belongs. */
  static origin: () => ProcessOrigin = () => {
    throw new ProcessError(PROCESS_ERROR_CODES.state, 'This class of pools belongs to no context.');
  };

  readonly #options: ResolvedPoolOptions;
  readonly #marshal: Marshal;
  readonly #functions: FunctionRegistry;
  readonly #crew: Crew;
  #nextTask = 1;

  /** @param options - How the pool is set up, or the number of its workers. */
  constructor(options?: PoolOptions | number) {
    const origin = (new.target as typeof BasePool).origin();
    this.#options = resolvePoolOptions(options);
    this.#marshal = origin.marshal;
    this.#functions = new FunctionRegistry(origin.marshal, (version) => this.#crew.forget(version));
    this.#crew = new Crew(origin, this.#options, (version) => this.#functions.release(version));
  }

  /** Resolves when the first worker is ready; rejects when none will be, because the initializer fails. */
  get ready(): Promise<void> {
    return this.#crew.ready;
  }

  /**
   * Calls a function in a worker.
   *
   * @param fn - Any function that the codec carries. It is captured now, with what it closes over.
   * @param args - What it is called with. They are read now; later changes do not reach the worker.
   * @returns Its result, to be awaited.
   */
  apply<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args?: Readonly<A>,
    options?: CallbackOptions<Awaited<R>>,
  ): AsyncResult<Awaited<R>> {
    const call = new Call<Awaited<R>>(this.#crew, options);
    this.#prepare(fn, args ?? NO_ARGS, call, options, TASK_MODE.call, this.apply);
    return call.result;
  }

  /** {@link apply}, under the name that it has in Python where it does not wait. */
  applyAsync<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args?: Readonly<A>,
    options?: CallbackOptions<Awaited<R>>,
  ): AsyncResult<Awaited<R>> {
    return this.apply(fn, args, options);
  }

  /**
   * Calls a function with each item.
   *
   * @param items - Any iterable, also an asynchronous one. Items are read as workers become free.
   * @returns The results in the order of the items, to be awaited.
   */
  map<T, R>(
    fn: (item: T) => R,
    items: Source<T>,
    options?: MapOptions & CallbackOptions<Awaited<R>[]>,
  ): AsyncResult<Awaited<R>[]> {
    return this.#collect(TASK_MODE.map, fn, items, options ?? {});
  }

  /** {@link map}, under the name that it has in Python where it does not wait. */
  mapAsync<T, R>(
    fn: (item: T) => R,
    items: Source<T>,
    options?: MapOptions & CallbackOptions<Awaited<R>[]>,
  ): AsyncResult<Awaited<R>[]> {
    return this.map(fn, items, options);
  }

  /** As {@link map}; each item is an array of arguments. */
  starmap<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    items: Source<Readonly<A>>,
    options?: MapOptions & CallbackOptions<Awaited<R>[]>,
  ): AsyncResult<Awaited<R>[]> {
    return this.#collect(TASK_MODE.starmap, fn, items, options ?? {});
  }

  /** {@link starmap}, under the name that it has in Python where it does not wait. */
  starmapAsync<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    items: Source<Readonly<A>>,
    options?: MapOptions & CallbackOptions<Awaited<R>[]>,
  ): AsyncResult<Awaited<R>[]> {
    return this.starmap(fn, items, options);
  }

  /**
   * Calls a function with each item and yields the results in the order of the items, as they come.
   *
   * Items are pulled from the input only as results are taken: an endless input is fine.
   */
  imap<T, R>(fn: (item: T) => R, items: Source<T>, options?: ImapOptions): ResultStream<Awaited<R>> {
    return this.#iterate(fn, items, options ?? {}, true);
  }

  /** As {@link imap}, in the order in which the results come. */
  imapUnordered<T, R>(fn: (item: T) => R, items: Source<T>, options?: ImapOptions): ResultStream<Awaited<R>> {
    return this.#iterate(fn, items, options ?? {}, false);
  }

  /**
   * Calls a generator function in a worker and yields what it yields, as fast as it is taken here.
   *
   * @param fn - Returns any iterable, also an asynchronous one.
   */
  stream<A extends readonly unknown[], T>(
    fn: (...args: A) => Iterable<T> | AsyncIterable<T> | PromiseLike<Iterable<T> | AsyncIterable<T>>,
    args?: Readonly<A>,
    options: ImapOptions = {},
  ): ResultStream<T> {
    const window = options.bufferSize ?? 16;
    let task: PoolTask | undefined;
    let consumed = 0;
    const stream = new ResultStream<T>({
      onConsumed: () => {
        // Credit is given in bundles: a frame for each item would cost as much as the item.
        if (++consumed * 2 < window || task === undefined) return;
        this.#crew.credit(task, consumed);
        consumed = 0;
      },
      onStop: () => {
        if (task !== undefined) this.#crew.cancel(task, stopped());
      },
    });
    const sink: TaskSink = {
      onItem: (value) => stream.add({ ok: true, value }),
      onValue: () => stream.end(),
      onItems: () => stream.end(),
      onError: (error) => {
        stream.add({ ok: false, error });
        stream.end();
      },
      onProgress: (value) => options.onProgress?.(value),
    };
    this.#prepare(fn as AnyFunction, args ?? NO_ARGS, sink, options, TASK_MODE.stream, this.stream, (submitted) => {
      task = submitted;
      task.credit = window;
    });
    return stream;
  }

  /**
   * Calls a function once in every worker.
   *
   * @param options - `alsoLater`: whether workers that are started later call it before their first task. True by default.
   *   A call that fails there is reported on the diagnostics channel `mp.pool.worker`.
   * @returns The results of the workers that there are.
   * @throws What the function throws in one of them. Later workers do not call it then.
   */
  async broadcast<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args?: Readonly<A>,
    options: { readonly alsoLater?: boolean } = {},
  ): Promise<Awaited<R>[]> {
    await this.#crew.ready;
    const version = await this.#functions.capture(fn as AnyFunction);
    const given = args ?? NO_ARGS;
    const encoded = areScalars(given) ? copyScalars(given) : encodeWhenPrepared(this.#marshal, given, 'args');
    const taskArgs = encoded instanceof Later ? await encoded.promise : encoded;
    const results: AsyncResult<Awaited<R>>[] = [];
    const awaited = () => {
      // At once: the replacement of a worker that it killed begins in the same turn.
      const call = new Call<Awaited<R>>(this.#crew, { errorCallback: () => this.#crew.stopBroadcast(make) });
      results.push(call.result);
      return call;
    };
    const make: MakeTask = (sink = awaited()) => {
      version.uses++;
      return new PoolTask(this.#nextTask++, version, callMode(taskArgs), taskArgs, sink);
    };
    this.#crew.broadcast(make, options.alsoLater ?? true);
    return Promise.all(results);
  }

  /** What the pool has done, and what it is doing. */
  stats(): PoolStats {
    const now = performance.now();
    return {
      ...this.#crew.statistics.snapshot(),
      waiting: this.#crew.waiting,
      pending: this.#crew.pending,
      workers: [...this.#crew.slots].map(({ child, state, startedAt }) => ({
        pid: child.pid,
        state: state.state,
        inHand: state.inHand.size,
        ageMs: now - startedAt,
      })),
    };
  }

  /** Takes no more tasks. Those that were taken are done, then the workers leave. */
  close(): void {
    this.#crew.close();
  }

  /** Ends everything now. Tasks that are not done fail with `MP_TERMINATED`. */
  terminate(): void {
    this.#crew.terminate();
  }

  /**
   * Waits until the workers are gone.
   *
   * @throws ProcessError where the pool was neither closed nor terminated.
   */
  join(): Promise<void> {
    return this.#crew.join();
  }

  /** Terminates the pool and waits until the workers are gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.terminate();
    await this.join();
  }

  #collect<R>(
    mode: number,
    fn: AnyFunction,
    items: Source<unknown>,
    options: MapOptions & CallbackOptions<Awaited<R>[]>,
  ): AsyncResult<Awaited<R>[]> {
    const values: unknown[] = [];
    let failure: { readonly index: number; readonly error: unknown } | undefined;
    let job: MapJob | undefined;
    const sink = new Call<Awaited<R>[]>(
      {
        cancel: (_task, reason) => {
          job?.stop(reason);
          sink.onError(reason);
        },
      },
      options,
    );
    const listener: MapListener = {
      onItem: (index, outcome) => {
        if (outcome.ok) values[index] = outcome.value;
        else if (failure === undefined || index < failure.index) failure = { index, error: outcome.error };
        if (failure === undefined || options.failFast !== true) return;
        job?.stop(failure.error);
        sink.onError(failure.error);
      },
      onEnd: (_count, inputError) => {
        const problem = inputError ?? failure;
        if (problem === undefined) sink.onValue(values);
        else sink.onError(problem.error);
      },
    };
    try {
      job = this.#createJob(mode, fn, items, options, Number.POSITIVE_INFINITY, listener);
    } catch (error) {
      // As a wrong argument of an asynchronous function does, it rejects.
      sink.onError(error);
      return sink.result;
    }
    job.advance();
    return sink.result;
  }

  #iterate<R>(
    fn: AnyFunction,
    items: Source<unknown>,
    options: ImapOptions,
    isOrdered: boolean,
  ): ResultStream<Awaited<R>> {
    const early = new Map<number, Parameters<ResultStream<unknown>['add']>[0]>();
    let next = 0;
    let job: MapJob | undefined;
    const stream = new ResultStream<Awaited<R>>({
      onConsumed: () => job?.consumed(1),
      onStop: () => job?.stop(stopped()),
    });
    const bufferSize = options.bufferSize ?? 16 * this.#options.maxProcesses;
    const listener: MapListener = {
      onItem: (index, outcome) => {
        if (!isOrdered) return stream.add(outcome);
        early.set(index, outcome);
        for (let item = early.get(next); item !== undefined; item = early.get(next)) {
          early.delete(next++);
          stream.add(item);
        }
      },
      onEnd: (_count, inputError) => {
        if (inputError !== undefined) stream.add({ ok: false, error: inputError.error });
        stream.end();
      },
    };
    try {
      job = this.#createJob(TASK_MODE.map, fn, items, options, bufferSize, listener);
    } catch (error) {
      stream.add({ ok: false, error });
      stream.end();
      return stream;
    }
    job.advance();
    return stream;
  }

  #createJob(
    mode: number,
    fn: AnyFunction,
    items: Source<unknown>,
    options: MapOptions,
    maxItems: number,
    listener: MapListener,
  ): MapJob {
    checkTaskOptions(options);
    const { chunkSize } = options;
    const puller = pull(items);
    // Captured once: all items see the function as it is now.
    const captured = this.#functions.capture(fn);
    if (captured instanceof Promise) captured.catch(() => {});
    const pace = new Pace();
    const { maxProcesses } = this.#options;
    const callSite = captureCallSite(this.map);
    return new MapJob(
      {
        submitChunk: (chunk, sink) => this.#submitChunk(fn, chunk, sink, captured, mode, options, pace, callSite),
      },
      puller,
      new ChunkSize(chunkSize, maxProcesses),
      { maxChunks: CHUNKS_PER_WORKER * maxProcesses, maxItems },
      listener,
    );
  }

  #submitChunk(
    fn: AnyFunction,
    chunk: readonly unknown[],
    sink: TaskSink,
    captured: FunctionVersion | Promise<FunctionVersion>,
    mode: number,
    options: MapOptions,
    pace: Pace,
    callSite: { readonly stack?: string } | undefined,
  ): { cancel(reason: unknown): void } {
    let task: PoolTask | undefined;
    let isCancelled = false;
    const submit = ({ version, payload, withFunction }: EncodedChunk) => {
      if (isCancelled) return;
      version.uses++;
      task = new PoolTask(this.#nextTask++, version, mode + withFunction, payload, sink, options, pace, callSite);
      this.#crew.submit(task);
    };
    const encode = (version: FunctionVersion): EncodedChunk | Later<EncodedChunk> => {
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

  /** Captures the function and the arguments, now or after what the codec has to prepare, and submits the task. */
  #prepare(
    fn: AnyFunction,
    args: readonly unknown[],
    sink: TaskSink,
    options: TaskOptions | undefined,
    mode: number,
    below: (...args: never[]) => unknown,
    beforeSubmit?: (task: PoolTask) => void,
  ): void {
    const callSite = captureCallSite(below);
    const submit = (version: FunctionVersion, taskArgs: TaskArgs, taskMode: number) =>
      this.#submit(version, taskArgs, sink, options, taskMode, callSite, beforeSubmit);
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
    callSite: { readonly stack?: string } | undefined,
    beforeSubmit: ((task: PoolTask) => void) | undefined,
  ): void {
    const { maxQueue } = this.#options;
    if (this.#crew.waiting >= maxQueue) {
      this.#functions.release(version);
      return sink.onError(
        new ProcessError(
          PROCESS_ERROR_CODES.overload,
          `${maxQueue} tasks wait already, which is the pool's maxQueue. Await results before submitting more, or use imap.`,
        ),
      );
    }
    const task = new PoolTask(this.#nextTask++, version, mode, args, sink, options, undefined, callSite);
    if (sink instanceof Call && !sink.begin(task)) return this.#functions.release(version);
    beforeSubmit?.(task);
    this.#crew.submit(task);
    const signal = options?.signal;
    if (signal !== undefined) this.#follow(signal, task);
  }

  #follow(signal: AbortSignal, task: PoolTask): void {
    if (signal.aborted) return this.#crew.cancel(task, signal.reason);
    const cancel = () => this.#crew.cancel(task, signal.reason);
    signal.addEventListener('abort', cancel, { once: true });
    task.onSettled = () => signal.removeEventListener('abort', cancel);
  }
}

const NO_ARGS: readonly never[] = Object.freeze([]);

function stopped(): ProcessError {
  return new ProcessError(PROCESS_ERROR_CODES.cancelled, 'The results are not wanted any more.');
}
