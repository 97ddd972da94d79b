import { trackForFork } from '../platform/forking.js';
import type { ProcessOrigin } from '../process/launch-child.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { TASK_MODE } from '../protocol/pool-frames.js';
import type { AsyncResult } from './async-result.js';
import type { MakeTask } from './broadcasts.js';
import { Call } from './call.js';
import { captureCallSite } from './call-site.js';
import { Crew } from './crew.js';
import { type AnyFunction, FunctionRegistry } from './function-registry.js';
import { MapCalls, stopped } from './map-calls.js';
import {
  type CallbackOptions,
  type ImapOptions,
  type MapOptions,
  type PoolOptions,
  resolvePoolOptions,
} from './options.js';
import { ResultStream } from './result-stream.js';
import type { Source } from './source.js';
import type { PoolCounts } from './statistics.js';
import { Submission } from './submission.js';
import type { PoolTask, TaskSink } from './task.js';

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

  readonly #crew: Crew;
  readonly #submission: Submission;
  readonly #maps: MapCalls;

  /**
   * @param options - How the pool is set up, or the number of its workers.
   * @throws ProcessError with code `MP_ARGUMENT` where an option cannot be, or there is a second argument.
   */
  constructor(options?: PoolOptions | number);
  constructor(options?: PoolOptions | number, ...others: readonly unknown[]) {
    // Python's Pool(4, initializer): ignored, it would be a pool without one.
    if (others.length > 0)
      throw new ProcessError(
        PROCESS_ERROR_CODES.argument,
        'A pool takes one argument. Give the number of its workers among its options: `new Pool({ processes: 4, … })`.',
      );
    const origin = (new.target as typeof BasePool).origin();
    const resolved = resolvePoolOptions(options);
    const functions = new FunctionRegistry(origin.marshal, (version) => this.#crew.forget(version));
    this.#crew = new Crew(origin, resolved, (version, uses) => functions.release(version, uses));
    trackForFork(this, { afterFork: () => this.#crew.leaveToParent() });
    this.#submission = new Submission(functions, origin.marshal, this.#crew, resolved.maxQueue);
    this.#maps = new MapCalls(functions, this.#submission, resolved);
  }

  /**
   * Resolves when the first worker is ready; rejects when none will be, because the initializer fails. A pool whose
   * `minProcesses` is 0 is ready before it has any.
   */
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
    return this.#submission.apply<Awaited<R>>(fn, args ?? NO_ARGS, options, this.apply);
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
    return this.#maps.collect(TASK_MODE.map, fn, items, options ?? {}, this.map);
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
    return this.#maps.collect(TASK_MODE.starmap, fn, items, options ?? {}, this.starmap);
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
    return this.#maps.iterate(fn, items, options ?? {}, true, this.imap);
  }

  /** As {@link imap}, in the order in which the results come. */
  imapUnordered<T, R>(fn: (item: T) => R, items: Source<T>, options?: ImapOptions): ResultStream<Awaited<R>> {
    return this.#maps.iterate(fn, items, options ?? {}, false, this.imapUnordered);
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
      onItem: (value) => stream.add([{ ok: true, value }]),
      onValue: () => stream.end(),
      onItems: () => stream.end(),
      onError: (error) => {
        stream.add([{ ok: false, error }]);
        stream.end();
      },
      onProgress: (value) => options.onProgress?.(value),
    };
    this.#submission.call(fn as AnyFunction, args ?? NO_ARGS, sink, options, {
      mode: TASK_MODE.stream,
      callSite: captureCallSite(this.stream),
      beforeSubmit: (submitted) => {
        task = submitted;
        task.credit = window;
      },
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
    const taskFor = await this.#submission.forBroadcast(fn as AnyFunction, args ?? NO_ARGS);
    const results: AsyncResult<Awaited<R>>[] = [];
    const awaited = () => {
      // At once: the replacement of a worker that it killed begins in the same turn.
      const call = new Call<Awaited<R>>(this.#crew, { errorCallback: () => this.#crew.stopBroadcast(make) });
      results.push(call.result);
      return call;
    };
    const make: MakeTask = (sink = awaited()) => taskFor(sink);
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
}

const NO_ARGS: readonly never[] = Object.freeze([]);
