import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crypto } from '../platform/crypto.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';

/** Where a listener listens: a path (unix socket, abstract socket, named pipe), or a TCP host and port. */
export type Address = string | { readonly host: string; readonly port: number };

/** The kinds of addresses, by Python's names. */
export type AddressFamily = 'AF_UNIX' | 'AF_INET' | 'AF_PIPE';

/** `sun_path` has 108 bytes on Linux and 104 elsewhere; Node 20 cuts a longer path silently. */
const MAX_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

/** The kind of an address. */
export function addressFamily(address: Address): AddressFamily {
  if (typeof address !== 'string') return 'AF_INET';
  return address.startsWith('\\\\.\\pipe\\') ? 'AF_PIPE' : 'AF_UNIX';
}

/** What `net.Server.listen` and `net.connect` take. */
export function toNetOptions(address: Address): { path: string } | { host: string; port: number } {
  return typeof address === 'string' ? { path: address } : { host: address.host, port: address.port };
}

/** @throws ProcessError where the path cannot be the address of a socket on this system. */
export function checkAddress(address: Address): void {
  if (typeof address !== 'string') {
    if (Number.isInteger(address.port) && address.port >= 0 && address.port <= 65_535) return;
    throw new ProcessError(PROCESS_ERROR_CODES.argument, `${address.port} is not a TCP port.`);
  }
  const bytes = Buffer.byteLength(address);
  if (addressFamily(address) === 'AF_UNIX' && (bytes === 0 || bytes > MAX_PATH_BYTES))
    throw new ProcessError(
      PROCESS_ERROR_CODES.argument,
      `A socket path has 1 to ${MAX_PATH_BYTES} bytes on this system, and this one ${bytes}: ${JSON.stringify(address)}`,
    );
}

/** A new address on this machine, and how to remove what it leaves in the file system. */
export function privateAddress(): { readonly address: string; readonly remove: () => void } {
  const name = `mp-${process.pid}-${crypto().randomBytes(8).toString('hex')}`;
  // In the abstract namespace there is no file that could be left behind; who connects must know the family's key.
  // https://man7.org/linux/man-pages/man7/unix.7.html
  if (process.platform === 'linux') return { address: `\0${name}`, remove: () => {} };
  if (process.platform === 'win32') return { address: `\\\\.\\pipe\\${name}`, remove: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'mp-'));
  return { address: join(folder, 's'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
