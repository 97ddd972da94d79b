import { randomBytes } from 'node:crypto';
import { addon } from '../addon.js';
import { NATIVE_ERROR_CODES, NativeError } from '../native-error.js';

/** How another process gets a descriptor that this one offers: plain data, to be sent to it. */
export interface DescriptorTicket {
  /** The process that offers it: the name of an abstract unix socket. */
  readonly name: string;
  /** Which one, and the right to it: 16 random bytes in base64. */
  readonly token: string;
}

const TOKEN_BYTES = 16;

/**
 * Offers a descriptor to whoever presents the ticket, once.
 *
 * A duplicate is offered: the caller keeps its own, and may close it. It is handed out by a thread of its own, whatever
 * JavaScript does meanwhile, and only to processes of the same user on this machine. The process must live until then.
 *
 * @param fd - Any open descriptor: a socket, a pipe, a file.
 * @throws NativeError `MP_SYSTEM_CALL`.
 * @example
 * const ticket = offerDescriptor(fd); // here
 * const same = claimDescriptor(ticket); // in another process
 */
export function offerDescriptor(fd: number): DescriptorTicket {
  const token = randomBytes(TOKEN_BYTES);
  return { name: addon().offerDescriptor(fd, token), token: token.toString('base64') };
}

/** Offers it no longer. @returns Whether it was still there. */
export function withdrawDescriptor(ticket: DescriptorTicket): boolean {
  return addon().withdrawDescriptor(tokenOf(ticket)) === 1;
}

/**
 * Takes a descriptor that another process, or this one, offers.
 *
 * @returns A descriptor of this process for the same open file; it belongs to the caller and is close-on-exec.
 * @throws NativeError `MP_PEER_GONE` where the process has ended, or the ticket was used or withdrawn; `MP_SYSTEM_CALL`.
 */
export function claimDescriptor(ticket: DescriptorTicket): number {
  const fd = addon().claimDescriptor(ticket.name, tokenOf(ticket));
  if (fd >= 0) return fd;
  throw new NativeError(
    NATIVE_ERROR_CODES.peerGone,
    'This descriptor is not offered any more: the process that offered it has ended, or somebody has taken it.',
  );
}

function tokenOf({ token }: DescriptorTicket): Uint8Array {
  const bytes = Buffer.from(token, 'base64');
  if (bytes.length === TOKEN_BYTES) return bytes;
  throw new NativeError(NATIVE_ERROR_CODES.argument, 'This is not the ticket of a descriptor.');
}
