// The processor time of an operation: what it costs, whoever else wants the machine. For comparing two builds, where
// 15 % must show while everything takes turns; what a user sees is the time on the clock, which reports are made of.
import { typical } from './typical.js';

/** A batch shorter than this, in microseconds, is made longer: getrusage(2) itself takes one or two. */
const SHORTEST_BATCH_US = 2000;
const LARGEST_BATCH = 8192;
const LEAST_BATCHES = 5;

/**
 * @param operation - Synchronous: what happens in other processes is not seen from here.
 * @param timeMs - For how long it is repeated, in milliseconds of the clock.
 * @param prepare - Makes the operation's argument, outside the measure.
 * @returns microseconds of all threads of this process, collectors and compilers included.
 */
export async function processorTimeUs<T>(
  operation: (input: T) => unknown,
  timeMs: number,
  prepare?: () => T | Promise<T>,
): Promise<number> {
  const times: number[] = [];
  const inputs: T[] = [undefined as T];
  let batch = 1;
  const end = performance.now() + timeMs;
  while (times.length < LEAST_BATCHES || performance.now() < end) {
    for (let i = 0; prepare !== undefined && i < batch; i++) inputs[i] = await prepare();
    const before = process.cpuUsage();
    for (let i = 0; i < batch; i++) operation(inputs[prepare === undefined ? 0 : i]!);
    const { system, user } = process.cpuUsage(before);
    if (user + system < SHORTEST_BATCH_US && batch < LARGEST_BATCH) batch *= 2;
    else times.push((user + system) / batch);
  }
  return typical(times);
}
