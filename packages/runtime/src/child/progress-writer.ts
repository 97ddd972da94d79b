import { writeSync } from 'node:fs';
import { endianness } from 'node:os';
import { mapFile } from '../native/native.js';

/** Records how many tasks were begun, in memory that outlives this worker. */
export type ProgressWriter = (begun: number) => void;

/** After so many tasks a file is mapped. It takes as much as twice as many writes by descriptor, and few pools stop right there. */
const WRITES_BEFORE_MAPPING = 1024;

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
    if (++writes === WRITES_BEFORE_MAPPING) mapped = writeToMapping(descriptor);
  };
}

/** @returns `undefined` where the file has to be written by its descriptor. */
function writeToMapping(descriptor: number): ProgressWriter | undefined {
  const memory = endianness() === 'LE' ? mapFile(descriptor) : undefined;
  // Behind the record the file holds data of any length.
  return memory === undefined ? undefined : writeToMemory(new Int32Array(memory, 0, 1));
}
