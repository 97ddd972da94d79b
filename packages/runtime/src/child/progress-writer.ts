import { writeSync } from 'node:fs';
import { endianness } from 'node:os';
import { nativeProblem, requireNative } from '../native/native.js';

/** Records how many tasks were begun, in memory that outlives this worker. */
export type ProgressWriter = (begun: number) => void;

/** After so many tasks a file is mapped: what @mp/native takes to load is as much as so many writes by descriptor. */
const WRITES_BEFORE_MAPPING = 8192;

/** The writer of this worker's progress record. */
export function createProgressWriter(record: SharedArrayBuffer | number | undefined): ProgressWriter {
  if (record === undefined) return () => {};
  return typeof record === 'number' ? writeToFile(record) : writeToMemory(new Int32Array(record));
}

function writeToMemory(count: Int32Array): ProgressWriter {
  return (begun) => void Atomics.store(count, 0, begun);
}

function writeToFile(descriptor: number): ProgressWriter {
  const bytes = new Uint8Array(4);
  let writes = 0;
  let mapped: ProgressWriter | undefined;
  return (begun) => {
    if (mapped !== undefined) return mapped(begun);
    bytes[0] = begun;
    bytes[1] = begun >>> 8;
    bytes[2] = begun >>> 16;
    bytes[3] = begun >>> 24;
    writeSync(descriptor, bytes, 0, 4, 0);
    if (++writes === WRITES_BEFORE_MAPPING) mapped = mapFile(descriptor);
  };
}

/** @returns `undefined` where the file has to be written by its descriptor. */
function mapFile(descriptor: number): ProgressWriter | undefined {
  if (endianness() !== 'LE' || nativeProblem() !== undefined) return undefined;
  try {
    return writeToMemory(new Int32Array(requireNative().SharedMemory.fromDescriptor(descriptor).buffer));
  } catch {
    // A file system that maps no files.
    return undefined;
  }
}
