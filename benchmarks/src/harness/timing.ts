// Repeats an operation and says how long one takes. The loop is mitata's: it collects garbage before it starts
// and puts fast operations into batches, so that the clock does not measure itself.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { processorTimeUs } from './processor-time.js';
import { median } from './statistics.js';
import { isComparing, typical } from './typical.js';

/** How many times longer an operation is repeated when two builds are compared: there are fewer cases. */
const COMPARED_LONGER = 3;

/** For how many chunks an operation is warmed up at most, after the first one. */
const WARM_UP_CHUNKS = 6;
/** It has become faster where it takes less than this share of the time before. */
const STILL_FASTER = 0.9;

/** An operation that takes longer than the whole time is timed this often, after a call that warms it up. */
const SLOW_RUNS = 2;

/** Faster operations than this are timed in batches. Nanoseconds. */
const BATCH_THRESHOLD_NS = 10_000;
const BATCH = 256;

/**
 * @param operation - What is timed. A promise is awaited within the time.
 * @param timeMs - For how long, in milliseconds; at least five times, or twice where once takes longer than that.
 * @param prepare - Makes the operation's argument, outside the time.
 * @returns the typical time, in microseconds.
 */
export async function timeUs<T>(
  operation: (input: T) => unknown,
  timeMs: number,
  prepare?: () => T | Promise<T>,
): Promise<number> {
  const { isAsync, lastMs } = await warmUp(operation, timeMs / 2, prepare);
  if (isComparing() && !isAsync) return processorTimeUs(operation, timeMs * COMPARED_LONGER, prepare);
  if (lastMs > timeMs) return timeSlow(operation, prepare);
  exposeGarbageCollection();
  const { do_not_optimize, measure } = await import('mitata');
  const options = {
    min_cpu_time: timeMs * 1e6,
    min_samples: 5,
    batch_threshold: BATCH_THRESHOLD_NS,
    batch_samples: BATCH,
  };
  const { samples } = await (prepare === undefined
    ? measure(() => keep(operation(undefined as T), do_not_optimize), options)
    : measure(function* () {
        yield { 0: prepare, bench: (input: T) => keep(operation(input), do_not_optimize) } as never;
      }, options));
  return typical(samples) / 1000;
}

/**
 * Runs an operation until it gets no faster: compilers work beside it, and on a busy machine late. Also, mitata decides
 * from its first calls whether to batch, and those of a cold operation are ten times as slow.
 *
 * @param chunkMs - How long it is run before it is looked at again.
 * @returns how long the last call took, in milliseconds, and whether it gave a promise.
 */
async function warmUp<T>(
  operation: (input: T) => unknown,
  chunkMs: number,
  prepare?: () => T | Promise<T>,
): Promise<{ readonly lastMs: number; readonly isAsync: boolean }> {
  let before = Number.POSITIVE_INFINITY;
  let isAsync = false;
  const watched = (input: T): unknown => {
    const result = operation(input);
    isAsync = result instanceof Promise;
    return result;
  };
  for (let chunk = 0; ; chunk++) {
    const times: number[] = [];
    const end = performance.now() + chunkMs;
    do times.push(await runOnce(watched, prepare));
    while (performance.now() < end);
    const now = median(times);
    if (times.length === 1 || chunk === WARM_UP_CHUNKS || now > before * STILL_FASTER)
      return { lastMs: times.at(-1)!, isAsync };
    before = now;
  }
}

async function timeSlow<T>(operation: (input: T) => unknown, prepare?: () => T | Promise<T>): Promise<number> {
  const times: number[] = [];
  while (times.length < SLOW_RUNS) times.push((await runOnce(operation, prepare)) * 1000);
  return typical(times);
}

/** @returns how long it took, in milliseconds, without making the argument. */
async function runOnce<T>(operation: (input: T) => unknown, prepare?: () => T | Promise<T>): Promise<number> {
  const input = prepare === undefined ? (undefined as T) : await prepare();
  const begun = performance.now();
  const result = operation(input);
  if (result instanceof Promise) await result;
  return performance.now() - begun;
}

function keep(result: unknown, sink: (value: unknown) => void): unknown {
  sink(result);
  // mitata awaits what the timed function returns.
  return result instanceof Promise ? result : undefined;
}

/** How long one call takes, the first of its kind: milliseconds. */
export async function onceMs<T>(operation: () => T | Promise<T>): Promise<[result: T, ms: number]> {
  const start = performance.now();
  const result = await operation();
  return [result, performance.now() - start];
}

// By this way, and not by `--expose-gc`, because a flag of ours would be inherited by the workers of the pools.
function exposeGarbageCollection(): void {
  if (globalThis.gc !== undefined) return;
  setFlagsFromString('--expose-gc');
  globalThis.gc = runInNewContext('gc') as NonNullable<typeof globalThis.gc>;
}
