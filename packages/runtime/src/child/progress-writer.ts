import { writeSync } from 'node:fs';

/** Records how many tasks were begun, in memory that outlives this worker. */
export type ProgressWriter = (begun: number) => void;

/** Where a process finds its progress file: see `launch/spawn.ts`. */
const DESCRIPTOR = 4;

/** The writer of this worker's progress record. */
export function createProgressWriter(shared: SharedArrayBuffer | undefined): ProgressWriter {
  if (shared !== undefined) {
    const count = new Int32Array(shared);
    return (begun) => Atomics.store(count, 0, begun);
  }
  const bytes = new Uint8Array(4);
  return (begun) => {
    bytes[0] = begun;
    bytes[1] = begun >>> 8;
    bytes[2] = begun >>> 16;
    bytes[3] = begun >>> 24;
    writeSync(DESCRIPTOR, bytes, 0, 4, 0);
  };
}
