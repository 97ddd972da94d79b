import { addon } from '../addon.js';

/** What {@link poll} waits for, and what it finds: poll(2). */
export const POLL_EVENTS = {
  /** There is something to read. */
  readable: 0x1,
  /** Writing does not block. */
  writable: 0x4,
  /** An error is pending. Always reported. */
  error: 0x8,
  /** The other end is closed. Always reported. */
  hangUp: 0x10,
  /** The descriptor is not open. Always reported. */
  invalid: 0x20,
} as const;

/** One descriptor to {@link poll}. */
export interface PollEntry {
  /** An open descriptor. */
  readonly fd: number;
  /** What to wait for: a sum of {@link POLL_EVENTS}. */
  readonly events: number;
}

/**
 * Makes a pipe: pipe2(2). Both ends are close-on-exec and blocking.
 *
 * @returns The reading and the writing end.
 */
export function createPipe(): [read: number, write: number] {
  return addon().createPipe();
}

/**
 * Makes a pair of connected unix sockets: socketpair(2). Both are close-on-exec and blocking.
 *
 * @param kind - `'stream'`: bytes in order. `'packets'`: messages that keep their boundaries (SOCK_SEQPACKET).
 */
export function createSocketPair(kind: 'stream' | 'packets' = 'stream'): [number, number] {
  return addon().createSocketPair(kind === 'packets' ? 1 : 0);
}

/** Makes a counter that can be waited for: eventfd(2), non-blocking and close-on-exec. */
export function createEventDescriptor(): number {
  return addon().createEventDescriptor();
}

/**
 * Reads what there is: read(2).
 *
 * @returns The number of bytes, 0 at the end, or -1 where the descriptor is non-blocking and has none.
 * @throws NativeError `MP_SYSTEM_CALL`.
 */
export function readDescriptor(fd: number, bytes: Uint8Array): number {
  return addon().read(fd, bytes);
}

/**
 * Writes what fits: write(2).
 *
 * @returns The number of bytes, or -1 where the descriptor is non-blocking and takes none now.
 * @throws NativeError `MP_SYSTEM_CALL`, with `errno` `EPIPE` where nobody reads any more.
 */
export function writeDescriptor(fd: number, bytes: Uint8Array): number {
  return addon().write(fd, bytes);
}

/** Closes a descriptor: close(2). */
export function closeDescriptor(fd: number): void {
  addon().close(fd);
}

/** Makes another, close-on-exec name of an open file: fcntl(2) F_DUPFD_CLOEXEC. */
export function duplicateDescriptor(fd: number): number {
  return addon().duplicate(fd);
}

/** Makes `target` a name of what `fd` is open on, and lets programs that are executed inherit it: dup2(2). */
export function duplicateDescriptorTo(fd: number, target: number): void {
  addon().duplicateTo(fd, target);
}

/** Whether the descriptor is closed when another program is executed: FD_CLOEXEC. */
export function setCloseOnExec(fd: number, on: boolean): void {
  addon().setCloseOnExec(fd, Number(on));
}

/** Whether reading and writing fail instead of waiting: O_NONBLOCK. It holds for every name of the open file. */
export function setNonBlocking(fd: number, on: boolean): void {
  addon().setNonBlocking(fd, Number(on));
}

/**
 * Waits, blocking, until a descriptor is ready: poll(2).
 *
 * @param entries - What to wait for.
 * @param timeoutMs - How long; 0 only looks, -1 waits for ever.
 * @returns For each entry the events that came, a sum of {@link POLL_EVENTS}.
 */
export function poll(entries: readonly PollEntry[], timeoutMs = -1): number[] {
  const packed = new Int32Array(3 * entries.length);
  entries.forEach(({ fd, events }, i) => {
    packed.set([fd, events], 3 * i);
  });
  addon().poll(packed, timeoutMs);
  return entries.map((_, i) => packed[3 * i + 2] ?? 0);
}
