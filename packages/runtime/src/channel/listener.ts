import { chmodSync, rmSync } from 'node:fs';
import { connect as connectSocket, createServer, type Server, type Socket } from 'node:net';
import { type Deferred, deferred } from '../platform/deferred.js';
import { type AuthenticationError, PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import {
  type Address,
  type AddressFamily,
  addressFamily,
  checkAddress,
  privateAddress,
  toNetOptions,
} from './address.js';
import { authenticate } from './authentication.js';
import { Connection } from './connection.js';
import { FrameChannel } from './frame-channel.js';
import type { Marshal } from './marshal.js';
import { SocketTransport } from './socket-transport.js';

/** How a {@link BaseListener} listens. */
export interface ListenerOptions {
  /** The kind of address, where none is given. @defaultValue 'AF_UNIX', on Windows 'AF_PIPE' */
  readonly family?: AddressFamily | undefined;
  /** How many connections may wait to be accepted. @defaultValue 128 */
  readonly backlog?: number | undefined;
  /**
   * A secret that both ends know. Each end proves that to the other (HMAC-SHA256 over random challenges) before
   * anything else is said. Without it, nobody is let in.
   */
  readonly authKey: Uint8Array;
}

/**
 * Waits for connections of processes that this one did not start, on this machine or another one.
 *
 * What arrives is decoded as from a member of the family: it may hold code. The key is what keeps others out.
 * It does not keep the bytes secret: over a network, use a tunnel.
 *
 * @example
 * await using listener = new Listener({ host: '127.0.0.1', port: 0 }, { authKey });
 * await listener.listening;
 * const connection = await listener.accept();
 */
export class BaseListener implements AsyncDisposable, AsyncIterable<Connection> {
  /** @internal Set by the context to which the class belongs. */
  static origin: () => Marshal = () => {
    throw new ProcessError(PROCESS_ERROR_CODES.state, 'This class of listeners belongs to no context.');
  };

  readonly #marshal: Marshal;
  readonly #key: Uint8Array;
  readonly #server: Server;
  readonly #remove: () => void;
  readonly #listening = deferred();
  #address: Address;
  #lastAccepted: Address | undefined;
  /** Connections that were made and not accepted, or whose authentication failed. */
  readonly #arrived: (Connection | AuthenticationError)[] = [];
  readonly #accepters: Deferred<Connection>[] = [];
  #isClosed = false;

  /**
   * @param address - Where to listen: a path, or a host and a port. Port 0 takes a free one. By default an address that is
   *   made up, of the family.
   */
  constructor(address: Address | undefined, options: ListenerOptions) {
    this.#marshal = (new.target as typeof BaseListener).origin();
    this.#key = checkKey(options.authKey);
    const chosen = chooseAddress(address, options.family);
    checkAddress(chosen.address);
    this.#address = chosen.address;
    this.#remove = chosen.remove;
    this.#listening.promise.catch(() => {});
    this.#server = createServer((socket) => this.#greet(socket));
    this.#server.once('error', (error) => this.#fail(error));
    this.#server.listen({ ...toNetOptions(chosen.address), backlog: options.backlog ?? 128 }, () => this.#begin());
    this.#server.unref();
  }

  /** Where it listens. With port 0, the port is known when {@link listening} has resolved. */
  get address(): Address {
    return this.#address;
  }

  /** Where the last accepted connection came from, if it has an address. */
  get lastAccepted(): Address | undefined {
    return this.#lastAccepted;
  }

  /** Resolves when it listens; rejects where it cannot, for instance because somebody else does. */
  get listening(): Promise<void> {
    this.#server.ref();
    return this.#listening.promise;
  }

  /**
   * Waits for the next connection.
   *
   * @throws AuthenticationError where somebody came who did not know the key; the next call waits for the next one.
   */
  async accept(): Promise<Connection> {
    if (this.#isClosed) throw closedError();
    const arrived = this.#arrived.shift();
    if (arrived instanceof Connection) return arrived;
    if (arrived !== undefined) throw arrived;
    this.#server.ref();
    const accepter = deferred<Connection>();
    this.#accepters.push(accepter);
    return accepter.promise;
  }

  /** Listens no more. Connections that were accepted stay. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const accepter of this.#accepters.splice(0)) accepter.reject(closedError());
    for (const arrived of this.#arrived.splice(0)) if (arrived instanceof Connection) await arrived.close();
    this.#server.close();
    this.#remove();
  }

  /** The connections as they come, without end. Who does not know the key is passed over. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Connection, void, undefined> {
    while (!this.#isClosed) {
      try {
        yield await this.accept();
      } catch (error) {
        const code = (error as { code?: string }).code;
        if (code === PROCESS_ERROR_CODES.closed) return;
        if (code !== PROCESS_ERROR_CODES.authentication) throw error;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #begin(): void {
    const bound = this.#server.address();
    if (typeof bound === 'object' && bound !== null) this.#address = { host: bound.address, port: bound.port };
    // Others of this machine could connect otherwise; the key would stop them, and why let them try.
    else if (typeof bound === 'string' && addressFamily(bound) === 'AF_UNIX' && !bound.startsWith('\0'))
      chmodSync(bound, 0o600);
    this.#listening.resolve();
    if (this.#accepters.length === 0) this.#server.unref();
  }

  #fail(cause: NodeJS.ErrnoException): void {
    const error = new ProcessError(
      PROCESS_ERROR_CODES.address,
      `Cannot listen on ${describe(this.#address)}: ${cause.message}`,
      { cause },
    );
    this.#isClosed = true;
    this.#listening.reject(error);
    for (const accepter of this.#accepters.splice(0)) accepter.reject(error);
  }

  #greet(socket: Socket): void {
    const { remoteAddress, remotePort } = socket;
    const channel = new FrameChannel(new SocketTransport(socket));
    authenticate(channel, this.#key, 'accept', (error) => {
      if (error !== undefined) return this.#deliver(error);
      channel.release();
      if (remoteAddress !== undefined) this.#lastAccepted = { host: remoteAddress, port: remotePort ?? 0 };
      this.#deliver(new Connection(channel, this.#marshal));
    });
  }

  #deliver(arrived: Connection | AuthenticationError): void {
    const accepter = this.#accepters.shift();
    if (this.#accepters.length === 0) this.#server.unref();
    if (accepter === undefined) this.#arrived.push(arrived);
    else if (arrived instanceof Connection) accepter.resolve(arrived);
    else accepter.reject(arrived);
  }
}

/** How a client connects. */
export interface ClientOptions {
  /** The secret that the listener knows, too. */
  readonly authKey: Uint8Array;
}

/**
 * Connects to a listener.
 *
 * @throws AuthenticationError where either end does not know the other's key.
 * @throws ProcessError where nobody listens there.
 */
export function connectClient(marshal: Marshal, address: Address, options: ClientOptions): Promise<Connection> {
  const key = checkKey(options.authKey);
  checkAddress(address);
  return new Promise((resolve, reject) => {
    const socket = connectSocket(toNetOptions(address));
    const failed = (cause: Error) =>
      reject(
        new ProcessError(PROCESS_ERROR_CODES.address, `Cannot connect to ${describe(address)}: ${cause.message}`, {
          cause,
        }),
      );
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.off('error', failed);
      const channel = new FrameChannel(new SocketTransport(socket));
      authenticate(channel, key, 'connect', (error) => {
        if (error !== undefined) return reject(error);
        channel.release();
        resolve(new Connection(channel, marshal));
      });
    });
  });
}

function checkKey(key: unknown): Uint8Array {
  if (key instanceof Uint8Array) return Uint8Array.from(key);
  throw new ProcessError(
    PROCESS_ERROR_CODES.argument,
    `The option authKey is a Uint8Array, not ${key === undefined ? 'missing' : typeof key}. Both ends need the same.`,
  );
}

function chooseAddress(
  address: Address | undefined,
  family: AddressFamily | undefined,
): { readonly address: Address; readonly remove: () => void } {
  if (address !== undefined) {
    if (family !== undefined && family !== addressFamily(address))
      throw new ProcessError(
        PROCESS_ERROR_CODES.argument,
        `${describe(address)} is an address of ${addressFamily(address)}, not of ${family}.`,
      );
    const isFile = addressFamily(address) === 'AF_UNIX' && !(address as string).startsWith('\0');
    return { address, remove: () => (isFile ? rmSync(address as string, { force: true }) : undefined) };
  }
  if (family === 'AF_INET') return { address: { host: '127.0.0.1', port: 0 }, remove: () => {} };
  if (family === 'AF_PIPE' && process.platform !== 'win32')
    throw new ProcessError(PROCESS_ERROR_CODES.argument, 'Named pipes of the family AF_PIPE exist on Windows only.');
  return privateAddress();
}

function describe(address: Address): string {
  return typeof address === 'string' ? JSON.stringify(address) : `${address.host}:${address.port}`;
}

function closedError(): ProcessError {
  return new ProcessError(PROCESS_ERROR_CODES.closed, 'The listener is closed.');
}
