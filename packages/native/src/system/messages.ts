import { addon } from '../addon.js';

/** What {@link receiveMessage} received. */
export interface ReceivedMessage {
  /** The number of bytes that were written into the buffer; 0 at the end of the connection. */
  readonly length: number;
  /** Open descriptors that came along. They belong to the caller, and are close-on-exec. */
  readonly descriptors: readonly number[];
  /** The message was longer than the buffer, or had more descriptors than can be received: the rest is lost. */
  readonly truncated: boolean;
}

/**
 * Sends bytes, and open descriptors with them, over a unix socket: sendmsg(2) with SCM_RIGHTS.
 *
 * The receiver gets descriptors of its own for the same open files; the sender may close its own at once.
 *
 * @param fd - A unix socket.
 * @param bytes - At least one byte where descriptors go along.
 * @param descriptors - At most 253.
 * @returns The number of bytes sent, or -1 where the socket is non-blocking and takes none now.
 *   On a stream socket it may be less than all; the descriptors went with the first byte.
 */
export function sendMessage(fd: number, bytes: Uint8Array, descriptors: readonly number[] = []): number {
  return addon().sendMessage(fd, bytes, descriptors);
}

/**
 * Receives bytes, and the open descriptors that came with them: recvmsg(2).
 *
 * @param fd - A unix socket.
 * @param bytes - Where to put the bytes.
 * @returns `undefined` where the socket is non-blocking and has nothing.
 */
export function receiveMessage(fd: number, bytes: Uint8Array): ReceivedMessage | undefined {
  const [length, cut, ...descriptors] = addon().receiveMessage(fd, bytes);
  return length < 0 ? undefined : { length, descriptors, truncated: cut !== 0 };
}
