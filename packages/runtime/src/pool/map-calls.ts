import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { TASK_MODE } from '../protocol/pool-frames.js';
import type { AsyncResult } from './async-result.js';
import { Call } from './call.js';
import { captureCallSite } from './call-site.js';
import { ChunkSize } from './chunk-size.js';
import type { AnyFunction, FunctionRegistry } from './function-registry.js';
import { MapJob, type MapListener } from './map-job.js';
import type { CallbackOptions, ImapOptions, MapOptions } from './options.js';
import { Pace } from './pace.js';
import { ResultStream } from './result-stream.js';
import { pull, type Source } from './source.js';
import type { Submission } from './submission.js';
import { checkTaskOptions } from './task-options.js';

/** Chunks that are under way for each worker: one runs, one waits there, one is being answered. */
const CHUNKS_PER_WORKER = 3;

/** The calls of a pool that go over many items: they become chunks on the way out and single results on the way back. */
export class MapCalls {
  readonly #functions: FunctionRegistry;
  readonly #submission: Submission;
  readonly #maxProcesses: number;

  constructor(functions: FunctionRegistry, submission: Submission, maxProcesses: number) {
    this.#functions = functions;
    this.#submission = submission;
    this.#maxProcesses = maxProcesses;
  }

  /** All results, in the order of the items. @param below - The function at which the caller's stack begins. */
  collect<R>(
    mode: number,
    fn: AnyFunction,
    items: Source<unknown>,
    options: MapOptions & CallbackOptions<Awaited<R>[]>,
    below: (...args: never[]) => unknown,
  ): AsyncResult<Awaited<R>[]> {
    const values: unknown[] = [];
    let failure: { readonly index: number; readonly error: unknown } | undefined;
    let job: MapJob | undefined;
    const abort = (reason: unknown) => {
      job?.stop(reason);
      sink.onError(reason);
    };
    const sink = new Call<Awaited<R>[]>({ cancel: (_task, reason) => abort(reason) }, options);
    const listener: ItemListener = {
      onItem: (index, outcome) => {
        if (outcome.ok) values[index] = outcome.value;
        else if (failure === undefined || index < failure.index) failure = { index, error: outcome.error };
        if (failure !== undefined && options.failFast === true) abort(failure.error);
      },
      onEnd: (_count, inputError) => {
        const problem = inputError ?? failure;
        if (problem === undefined) sink.onValue(values);
        else sink.onError(problem.error);
      },
    };
    try {
      job = this.#createJob(mode, fn, items, options, Number.POSITIVE_INFINITY, listener, abort, below);
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
    const early = new Map<number, Parameters<ResultStream<unknown>['add']>[0]>();
    let next = 0;
    let job: MapJob | undefined;
    const stream = new ResultStream<Awaited<R>>({
      onConsumed: () => job?.consumed(1),
      onStop: () => job?.stop(stopped()),
    });
    const abort = (reason: unknown) => {
      job?.stop(reason);
      stream.add({ ok: false, error: reason });
      stream.end();
    };
    const bufferSize = options.bufferSize ?? 16 * this.#maxProcesses;
    const listener: ItemListener = {
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
      job = this.#createJob(TASK_MODE.map, fn, items, options, bufferSize, listener, abort, below);
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
    maxItems: number,
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
    if (captured instanceof Promise) captured.catch(() => {});
    const form = { mode, options, pace: new Pace(), callSite: captureCallSite(below) };
    const maxProcesses = this.#maxProcesses;
    const release = signal === undefined ? () => {} : follow(signal, abort);
    return new MapJob(
      { submitChunk: (chunk, sink) => this.#submission.chunk(fn, captured, chunk, sink, form) },
      puller,
      new ChunkSize(chunkSize, maxProcesses),
      { maxChunks: CHUNKS_PER_WORKER * maxProcesses, maxItems },
      { ...listener, onOver: release, onProgress },
    );
  }
}

/** What a call does with its items. */
type ItemListener = Pick<MapListener, 'onItem' | 'onEnd'>;

/** Calls back when the signal is aborted. @returns A function that ends that. */
function follow(signal: AbortSignal, abort: (reason: unknown) => void): () => void {
  const onAbort = () => abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  return () => signal.removeEventListener('abort', onAbort);
}

function begin(job: MapJob, signal: AbortSignal | undefined, abort: (reason: unknown) => void): void {
  if (signal?.aborted === true) abort(signal.reason);
  else job.advance();
}

/** Why work was ended whose results nobody takes. */
export function stopped(): ProcessError {
  return new ProcessError(PROCESS_ERROR_CODES.cancelled, 'The results are not wanted any more.');
}
