import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withPermission } from './checks.js';
import type { ProgressRecord } from './launcher.js';

/** The record is one little-endian 32-bit number. */
export const PROGRESS_BYTES = 4;

/** Memory as a file system, on Linux: no disk has to be waited for. */
const MEMORY_FOLDER = '/dev/shm';

/**
 * A progress record in a file without a name: the worker writes into it by an inherited descriptor (0.65 µs on Linux),
 * and what it wrote is there whatever becomes of it. Nothing is left behind, because nothing has a name.
 */
export function createProgressFile(): ProgressRecord & { readonly descriptor: number } {
  const descriptor = openNameless();
  const bytes = new Uint8Array(PROGRESS_BYTES);
  // The worker may map the file, and must find the whole record in it.
  writeSync(descriptor, bytes, 0, PROGRESS_BYTES, 0);
  let isOpen = true;
  let last = 0;
  const read = () => {
    if (!isOpen) return last;
    bytes.fill(0);
    readSync(descriptor, bytes, 0, PROGRESS_BYTES, 0);
    last = new DataView(bytes.buffer).getUint32(0, true);
    return last;
  };
  return {
    descriptor,
    read,
    close: () => {
      if (!isOpen) return;
      read();
      isOpen = false;
      closeSync(descriptor);
    },
  };
}

/** Opens a file, in memory where the system has such a place. It has no name any more. */
function openNameless(): number {
  try {
    return openIn(MEMORY_FOLDER);
  } catch {
    return withPermission(
      `The progress file of a worker could not be made in ${tmpdir()}`,
      `--allow-fs-write=${tmpdir()} and --allow-fs-read=${tmpdir()}`,
      () => openIn(tmpdir()),
    );
  }
}

function openIn(folder: string): number {
  // Unique is enough: `wx` opens nothing that exists, and the name is gone at once.
  const path = join(
    folder,
    `mp-progress-${process.pid}-${process.hrtime.bigint().toString(36)}-${Math.random().toString(36).slice(2)}`,
  );
  const opened = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  return opened;
}
