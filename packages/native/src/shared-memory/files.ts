import { fstatSync, futimesSync, readdirSync, unlinkSync } from 'node:fs';
import { addon } from '../addon.js';
import { NATIVE_ERROR_CODES, NativeError } from '../native-error.js';
import { closeDescriptor } from '../system/descriptors.js';

// The files behind named segments, and who may remove them.
//
// Whoever has a segment open holds a shared flock(2) on it. The kernel gives that up when the process ends, in
// whatever way, and a lock that nobody shares can be made exclusive: that is how the last one is known. A file gets
// its name only when it is complete and locked (O_TMPFILE, linkat), so that none is ever found unlocked while it is
// being made. No count is kept anywhere that a crash could falsify.

const FOLDER = '/dev/shm';
const PREFIX = 'mp-';
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;
/** The execute bit of a file stands for "until it is unlinked": memory is never executed from there. */
const PERSISTENT_BIT = 0o100;
const FILE_KIND = 0o170000;
const REGULAR_FILE = 0o100000;
/**
 * How long a segment is kept for somebody who was told its name. Until when is its time of access, in the future: mapped
 * memory changes that when it is mapped at most, and no crash leaves a lease that does not end.
 */
const LEASE_MS = 600_000;

/** The file of a segment. */
export function segmentPath(name: string): string {
  if (NAME.test(name)) return `${FOLDER}/${PREFIX}${name}`;
  throw new NativeError(
    NATIVE_ERROR_CODES.argument,
    `${JSON.stringify(name)} cannot name shared memory: use at most 200 letters, digits, dots, dashes and underscores.`,
  );
}

/** Makes a file, and answers its descriptor. */
export function createSegmentFile(name: string, size: number, persistent: boolean): number {
  const path = segmentPath(name);
  const mode = 0o600 | (persistent ? PERSISTENT_BIT : 0);
  try {
    return createOrSweep(path, size, mode);
  } catch (error) {
    if (!(error instanceof NativeError) || error.errno !== 'EEXIST') throw error;
    throw new NativeError(NATIVE_ERROR_CODES.segmentExists, `There is shared memory named ${name} already.`, {
      cause: error,
    });
  }
}

function createOrSweep(path: string, size: number, mode: number): number {
  try {
    return addon().createNamed(path, size, mode);
  } catch (error) {
    if (!(error instanceof NativeError) || (error.errno !== 'EEXIST' && error.errno !== 'ENOSPC')) throw error;
    // What is in the way may belong to a process that crashed.
    if (sweepSharedMemory() === 0) throw error;
    return addon().createNamed(path, size, mode);
  }
}

/** Opens a file that somebody made, and answers its descriptor. */
export function openSegmentFile(name: string): number {
  const fd = addon().openNamed(segmentPath(name));
  if (fd >= 0) return fd;
  throw new NativeError(NATIVE_ERROR_CODES.noSegment, `There is no shared memory named ${name}.`);
}

/** Has a file closed with its thread, whose end may run no JavaScript: that of a worker that is terminated. */
export function keepSegmentFile(name: string, fd: number): void {
  addon().keepFile(fd, segmentPath(name));
}

/** Closes a file, and removes it where nobody else has it open and it is not to stay. */
export function releaseSegmentFile(name: string, fd: number): void {
  addon().closeFile(fd, segmentPath(name));
}

/** Keeps a segment that nobody has open, for a while. @returns The lease. */
export function leaseSegmentFile(fd: number): number {
  // Each whole millisecond is another lease.
  const until = Math.max(Date.now() + LEASE_MS, leaseOf(fd) + 1);
  // In the middle of it, because seconds as a floating-point number are cut off somewhere.
  setAccessTime(fd, until + 0.5);
  return until;
}

function leaseOf(fd: number): number {
  return Math.floor(fstatSync(fd).atimeMs);
}

function setAccessTime(fd: number, ms: number): void {
  futimesSync(fd, ms / 1000, fstatSync(fd).mtimeMs / 1000);
}

/** Ends a lease, unless there is a later one. Without its number, whichever there is. */
export function endSegmentLease(fd: number, lease: number = leaseOf(fd)): void {
  if (leaseOf(fd) === lease && lease > Date.now()) setAccessTime(fd, Date.now());
}

/** Removes the name of a segment. Whoever has it open keeps it. */
export function unlinkSegmentFile(name: string): boolean {
  try {
    unlinkSync(segmentPath(name));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Removes shared memory that crashed processes left behind: segments of this user that nobody has open and that were
 * not made to stay. It is done by itself before the first segment of a process is made, and when one cannot be made.
 *
 * @returns How many were removed.
 */
export function sweepSharedMemory(): number {
  let removed = 0;
  for (const file of readdirSync(FOLDER)) {
    if (!file.startsWith(PREFIX)) continue;
    const path = `${FOLDER}/${file}`;
    const fd = addon().openUnlocked(path);
    if (fd < 0) continue;
    try {
      if (removeIfUnused(path, fd)) removed++;
    } finally {
      closeDescriptor(fd);
    }
  }
  return removed;
}

function removeIfUnused(path: string, fd: number): boolean {
  const [, mode, links, owner] = addon().describe(fd);
  if ((mode & FILE_KIND) !== REGULAR_FILE || (mode & PERSISTENT_BIT) !== 0 || owner !== process.getuid?.())
    return false;
  if (links === 0 || leaseOf(fd) > Date.now() || addon().takeIfUnused(fd) === 0) return false;
  // Exclusively ours now: whoever opens the file waits for this lock, and then finds that it has no name.
  if (addon().describe(fd)[2] === 0) return false;
  unlinkSync(path);
  return true;
}
