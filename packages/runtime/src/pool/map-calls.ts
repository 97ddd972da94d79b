import { onceAborted } from '../platform/abort.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { TASK_MODE } from '../protocol/pool-frames.js';
import type { AsyncResult } from './async-result.js';
import { Call } from './call.js';
import { captureCallSite } from './call-site.js';
import { ChunkOrder } from './chunk-order.js';
import { ChunkSize } from './chunk-size.js';
import type { AnyFunction, FunctionRegistry, FunctionVersion } from './function-registry.js';
import { MapJob, type MapListener } from './map-job.js';
import type { CallbackOptions, ImapOptions, MapOptions, ResolvedPoolOptions } from './options.js';
import { Pace } from './pace.js';
import { ProgressBar } from './progress-bar.js';
import { ResultStream } from './result-stream.js';
import { pull, type Source } from './source.js';
import type { Submission } from './submission.js';
import type { ItemOutcome } from './task.js';
import { checkTaskOptions } from './task-options.js';
import { Window } from './window.js';

/** Chunks that are under way for each worker: one runs, one waits there, one is being answered. */
const CHUNKS_PER_WORKER = 3;
/** Items that are pulled ahead for each worker where results are taken one by one. */
const BUFFER_PER_WORKER = 16;
/** All results are kept anyway. */
const ENDLESS = new Window(Number.POSITIVE_INFINITY, 0, 0);

/** The calls of a pool that go over many items: they become chunks on the way out and single results on the way back. */
export class MapCalls {
  readonly #functions: FunctionRegistry;
  readonly #submission: Submission;
  readonly #options: ResolvedPoolOptions;

  constructor(functions: FunctionRegistry, submission: Submission, options: ResolvedPoolOptions) {
    this.#functions = functions;
    this.#submission = submission;
    this.#options = options;
  }

  /** All results, in the order of the items. @param below - The function at which the caller's stack begins. */
  collect<R>(
    mode: number,
    fn: AnyFunction,
    items: Source<unknown>,
    options: MapOptions & CallbackOptions<Awaited<R>[]>,
    below: (...args: never[]) => unknown,
  ): AsyncResult<Awaited<R>[]> {
    const order = new ChunkOrder<readonly unknown[]>();
    const values: unknown[] = [];
    let failure: { readonly index: number; readonly error: unknown } | undefined;
    let job: MapJob | undefined;
    const abort = (reason: unknown) => {
      job?.stop(reason);
      sink.onError(reason);
    };
    const sink = new Call<Awaited<R>[]>({ cancel: (_task, reason) => abort(reason) }, options);
    const listener: ItemListener = {
      onValues: (first, chunk) => {
        if (failure !== undefined) return;
        for (const part of order.add(first, chunk.length, chunk)) append(values, part);
      },
      onItems: (first, outcomes) => {
        for (let i = 0; i < outcomes.length; i++) {
          const outcome = outcomes[i] as ItemOutcome;
          if (!outcome.ok && (failure === undefined || first + i < failure.index))
            failure = { index: first + i, error: outcome.error };
        }
        if (failure !== undefined && options.failFast === true) abort(failure.error);
      },
      onEnd: (_count, inputError) => {
        const problem = inputError ?? failure;
        if (problem === undefined) sink.onValue(values);
        else sink.onError(problem.error);
      },
    };
    try {
      job = this.#createJob(mode, fn, items, options, ENDLESS, listener, abort, below);
    } catch (error) {
      // As a wrong argument of an asynchronous function does, it rejects.
      sink.onError(error);
      return sink.result;
    }
    begin(job, options.signal, abort);
    return sink.result;
  }

  /** Results one by one, as they come or in the order of the items. */
  iterate<R>(
    fn: AnyFunction,
    items: Source<unknown>,
    options: ImapOptions,
    isOrdered: boolean,
    below: (...args: never[]) => unknown,
  ): ResultStream<Awaited<R>> {
    const order = new ChunkOrder<readonly ItemOutcome[]>();
    let job: MapJob | undefined;
    const stream = new ResultStream<Awaited<R>>({
      onConsumed: () => job?.consumed(1),
      onStop: () => job?.stop(stopped()),
    });
    const abort = (reason: unknown) => {
      job?.stop(reason);
      stream.add([{ ok: false, error: reason }]);
      stream.end();
    };
    const add = (first: number, outcomes: readonly ItemOutcome[]) => {
      const parts = isOrdered ? order.add(first, outcomes.length, outcomes) : [outcomes];
      for (const part of parts) stream.add(part);
    };
    const listener: ItemListener = {
      onValues: (first, values) =>
        add(
          first,
          values.map((value) => ({ ok: true, value })),
        ),
      onItems: add,
      onEnd: (_count, inputError) => {
        if (inputError !== undefined) stream.add([{ ok: false, error: inputError.error }]);
        stream.end();
      },
    };
    try {
      // A worker that runs a chunk has the next one at hand.
      const perWorker = Math.max(BUFFER_PER_WORKER, CHUNKS_PER_WORKER * (options.chunkSize ?? 1));
      const window = new Window(options.bufferSize, perWorker, this.#options.maxProcesses);
      job = this.#createJob(TASK_MODE.map, fn, items, options, window, listener, abort, below);
    } catch (error) {
      abort(error);
      return stream;
    }
    begin(job, options.signal, abort);
    return stream;
  }

  #createJob(
    mode: number,
    fn: AnyFunction,
    items: Source<unknown>,
    options: MapOptions,
    window: Window,
    listener: ItemListener,
    abort: (reason: unknown) => void,
    below: (...args: never[]) => unknown,
  ): MapJob {
    checkTaskOptions(options);
    const { signal, timeoutMs, onProgress } = options;
    // A time limit is meant for one call of the function.
    const chunkSize = options.chunkSize ?? (timeoutMs === undefined ? undefined : 1);
    const puller = pull(items);
    // Captured once: all items see the function as it is now.
    const captured = this.#functions.capture(fn);
    const release = (version: FunctionVersion) => this.#functions.release(version);
    if (captured instanceof Promise) captured.catch(() => {});
    const form = { mode, options, pace: new Pace(), callSite: captureCallSite(below) };
    const unfollow = signal === undefined ? () => {} : onceAborted(signal, () => abort(signal.reason));
    const onOver = () => {
      unfollow();
      if (captured instanceof Promise) captured.then(release, () => {});
      else release(captured);
    };
    const { maxProcesses, maxTasksPerChild } = this.#options;
    const told: MapListener = { ...listener, onOver, onProgress };
    const isCounted = maxTasksPerChild !== Number.POSITIVE_INFINITY && window === ENDLESS;
    return new MapJob(
      { submitChunk: (chunk, sink) => this.#submission.chunk(fn, captured, chunk, sink, form) },
      puller,
      new ChunkSize(chunkSize, maxProcesses, this.#functions.itemTime(fn), isCounted),
      { maxChunks: CHUNKS_PER_WORKER * maxProcesses, window },
      options.progress ? showProgress(options.progress, puller.length, told) : told,
    );
  }
}

/** What a call does with its items. */
type ItemListener = Pick<MapListener, 'onValues' | 'onItems' | 'onEnd'>;

/** Tells a progress bar, too. */
function showProgress(label: string | true, total: number | undefined, listener: MapListener): MapListener {
  const bar = new ProgressBar(label === true ? '' : label, total);
  return {
    ...listener,
    onValues: (first, values) => {
      bar.advance(values.length);
      listener.onValues(first, values);
    },
    onItems: (first, outcomes) => {
      bar.advance(outcomes.length);
      listener.onItems(first, outcomes);
    },
    onOver: () => {
      bar.end();
      listener.onOver();
    },
  };
}

/** A loop of its own, which is compiled after the first thousands of items: what stands beside it would be, too. */
function append(values: unknown[], more: readonly unknown[]): void {
  for (let i = 0; i < more.length; i++) values.push(more[i]);
}

function begin(job: MapJob, signal: AbortSignal | undefined, abort: (reason: unknown) => void): void {
  if (signal?.aborted === true) abort(signal.reason);
  else job.advance();
}

/** Why work was ended whose results nobody takes. */
export function stopped(): ProcessError {
  return new ProcessError(PROCESS_ERROR_CODES.cancelled, 'The results are not wanted any more.');
}
