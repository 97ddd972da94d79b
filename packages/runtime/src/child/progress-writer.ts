import { writeSync } from 'node:fs';

/** Records how many tasks were begun, in memory that outlives this worker. */
export type ProgressWriter = (begun: number) => void;

/** The writer of this worker's progress record. */
export function createProgressWriter(record: SharedArrayBuffer | number | undefined): ProgressWriter {
  if (record === undefined) return () => {};
  if (typeof record !== 'number') {
    const count = new Int32Array(record);
    return (begun) => Atomics.store(count, 0, begun);
  }
  const bytes = new Uint8Array(4);
  return (begun) => {
    bytes[0] = begun;
    bytes[1] = begun >>> 8;
    bytes[2] = begun >>> 16;
    bytes[3] = begun >>> 24;
    writeSync(record, bytes, 0, 4, 0);
  };
}
