import { constants } from 'node:os';

/**
 * The brand by which `MpError` of `@mp/codec` knows the errors of this project, across copies and realms.
 * This package imports nothing, so it carries the brand itself.
 */
const brand: unique symbol = Symbol.for('mp.error') as never;

const ERRNO_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno).map(([name, number]) => [number, name]),
);

/** Why a call of this package failed: the stable `code` of a {@link NativeError}. */
export const NATIVE_ERROR_CODES = {
  /** There is no addon for this system; `nativeSupport()` says why. */
  unavailable: 'MP_NATIVE_UNAVAILABLE',
  /** A system call failed; `errno` and `syscall` say which and why. */
  systemCall: 'MP_SYSTEM_CALL',
  /** An argument is not what the function takes. */
  argument: 'MP_ARGUMENT',
  /** This process cannot be forked safely; the message says how to start one that can. */
  forkUnsafe: 'MP_FORK_UNSAFE',
  /** The fork server could not be started: a preload failed, or left something open. */
  forkServer: 'MP_FORK_SERVER',
  /** The fork server ended before it answered. */
  forkServerDied: 'MP_FORK_SERVER_DIED',
  /** The object was closed. */
  closed: 'MP_CLOSED',
  /** It belongs to another process: the one from which this one was forked. */
  moved: 'MP_MOVED',
  /** A wait was longer than its time-out. */
  timeout: 'MP_TIMEOUT',
  /** A synchronous wait could never end: only this very thread could end it. */
  deadlock: 'MP_DEADLOCK',
  /** A lock was released by one who does not hold it, or a semaphore beyond its bound. */
  notHeld: 'MP_NOT_HELD',
  /** A barrier was broken. */
  brokenBarrier: 'MP_BROKEN_BARRIER',
  /** A shared memory segment of this name exists already. */
  segmentExists: 'MP_SEGMENT_EXISTS',
  /** There is no shared memory segment of this name. */
  noSegment: 'MP_NO_SEGMENT',
  /** Shared memory does not hold what it should: another kind of object, or a newer layout. */
  layout: 'MP_LAYOUT',
  /** The other end of a ring is gone. */
  peerGone: 'MP_PEER_GONE',
} as const;

/** A code of {@link NATIVE_ERROR_CODES}. */
export type NativeErrorCode = (typeof NATIVE_ERROR_CODES)[keyof typeof NATIVE_ERROR_CODES];

/** What a {@link NativeError} knows besides its message. */
export interface NativeErrorOptions {
  /** What led to it. */
  readonly cause?: unknown;
  /** The name of the system's error, as `ENOSPC`. */
  readonly errno?: string | undefined;
  /** The system call that failed, as `posix_fallocate`. */
  readonly syscall?: string | undefined;
}

/**
 * A call of this package failed.
 *
 * @example
 * try {
 *   SharedMemory.create({ size: 2 ** 50 });
 * } catch (error) {
 *   if (error instanceof NativeError) console.error(error.code, error.errno); // MP_SYSTEM_CALL ENOSPC
 * }
 */
export class NativeError extends Error {
  /** A stable identifier, one of {@link NATIVE_ERROR_CODES}. */
  readonly code: NativeErrorCode;
  /** The name of the system's error, as `ENOSPC`, where a system call failed. */
  readonly errno: string | undefined;
  /** The system call that failed, as `posix_fallocate`. */
  readonly syscall: string | undefined;
  /** Always `undefined`: errors of this package are about no value. As in every error of this project. */
  readonly path: undefined;

  /**
   * @param code - One of {@link NATIVE_ERROR_CODES}.
   * @param message - What was attempted, what was found, and what to do.
   * @param options - The cause, and the system call that failed.
   */
  constructor(code: NativeErrorCode, message: string, options: NativeErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.errno = options.errno;
    this.syscall = options.syscall;
    this.path = undefined;
    Object.defineProperty(this, brand, { value: ['NativeError', 'MpError'] });
  }

  static {
    Object.defineProperty(NativeError.prototype, 'name', { value: 'NativeError', configurable: true, writable: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false;
    const families: unknown = (value as { [brand]?: unknown })[brand];
    return Array.isArray(families) && families.includes('NativeError');
  }
}

/** Makes the error of a failed system call: `flock failed: EBADF`. */
export function systemError(syscall: string, errno: number): NativeError {
  const name = ERRNO_NAMES.get(errno) ?? `error ${errno}`;
  const hint = HINTS[name];
  const message = `${syscall} failed: ${name}${hint === undefined ? '' : ` (${hint})`}.`;
  return new NativeError(NATIVE_ERROR_CODES.systemCall, message, { errno: name, syscall });
}

const HINTS: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  ENOSPC: 'the memory file system is full; in a container, give it more than its 64 MB of /dev/shm',
  ENOMEM: 'there is not enough memory',
  EMFILE: 'this process has too many descriptors open; see `ulimit -n`',
  ENFILE: 'the system has too many descriptors open',
  EAGAIN: 'a limit on processes, threads or locked memory was reached; see `ulimit -u`',
  EPERM: 'the system does not permit it',
  EACCES: 'it belongs to another user',
  EBADF: 'the descriptor is not open',
});
