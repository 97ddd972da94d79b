import { Server, type ServerOpts, Socket } from 'node:net';
import { type Reducer, SERIALIZE_ERROR_CODES, SerializeError } from '@mp/codec';
import type { DescriptorTicket } from '@mp/native';
import { nativeProblem, requireNative } from '../native/native.js';
import { translated } from '../native/native-errors.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { noteTicket } from './broker.js';
import { noteUndo } from './undoing.js';

/** What Node keeps in a socket or server, and has no public name for. */
interface WithHandle {
  readonly _handle?: { readonly fd?: number } | null;
}

/** What a socket is reduced to. */
interface SocketData {
  readonly ticket: DescriptorTicket;
  readonly allowHalfOpen: boolean;
  /** What had arrived and was not read. */
  readonly unread: Uint8Array | undefined;
}

/** What a server is reduced to. */
interface ServerData {
  readonly ticket: DescriptorTicket;
  readonly options: ServerOpts;
  readonly maxConnections: number | undefined;
}

/** Sockets that were sent. Encoding may be tried again, when the rest of the value is ready for it. */
const sent = new WeakMap<Socket, SocketData>();

/**
 * Lets connected sockets travel to another process of this machine: the descriptor itself goes, with SCM_RIGHTS. The
 * socket then belongs to that process, with what had arrived and was not read, and is destroyed here. No byte is lost
 * where nobody reads it before (`pauseOnConnect`).
 */
export const socketReducer: Reducer<Socket, SocketData> = {
  tag: 'mp.Socket',
  // Subclasses (TLS, terminals) have state that is not in the descriptor. Standard streams are those of each process.
  test: (value): value is Socket => Object.getPrototypeOf(value) === Socket.prototype && !isStandardStream(value),
  reduce: reduceSocket,
  revive: reviveSocket,
};

/**
 * Lets listening servers travel to another process of this machine: both accept connections then, and the kernel
 * chooses, until one of them closes its own. Listeners of events stay here.
 */
export const serverReducer: Reducer<Server, ServerData> = {
  tag: 'mp.Server',
  test: (value): value is Server => Object.getPrototypeOf(value) === Server.prototype,
  reduce: reduceServer,
  revive: reviveServer,
};

/** Whether a value is a socket or a server that can be given to another process. */
export function isMovableSocket(value: object): value is Socket | Server {
  return socketReducer.test(value) || serverReducer.test(value);
}

/**
 * Gives a socket or a server to a copy of this process that is going to be made.
 *
 * @returns What the copy calls, once, to get it.
 * @throws SerializeError where it cannot travel.
 */
export function moveToCopy(socket: Socket | Server): () => Socket | Server {
  if (socket instanceof Socket) {
    const data = reduceSocket(socket);
    return () => reviveSocket(data);
  }
  const data = reduceServer(socket);
  return () => reviveServer(data);
}

function reduceSocket(socket: Socket): SocketData {
  const before = sent.get(socket);
  if (before !== undefined) return before;
  const fd = descriptorOf(socket, 'socket');
  checkMovable(socket);
  const ticket = offer(fd);
  const unread = socket.readableLength > 0 ? (socket.read() as Uint8Array) : undefined;
  const data: SocketData = { ticket, allowHalfOpen: socket.allowHalfOpen, unread };
  sent.set(socket, data);
  let isUndone = false;
  noteUndo(() => {
    isUndone = true;
    sent.delete(socket);
    requireNative().withdrawDescriptor(ticket);
    if (unread !== undefined) socket.unshift(unread);
  });
  // Nothing is read from it before that.
  queueMicrotask(() => {
    if (!isUndone) socket.destroy();
  });
  return data;
}

function reviveSocket({ ticket, allowHalfOpen, unread }: SocketData): Socket {
  const socket = new Socket({ fd: claim(ticket), allowHalfOpen, readable: true, writable: true });
  if (unread !== undefined) socket.unshift(unread);
  return socket;
}

function reduceServer(server: Server): ServerData {
  const fd = descriptorOf(server, 'server');
  const { allowHalfOpen, pauseOnConnect, noDelay, keepAlive, keepAliveInitialDelay, highWaterMark } =
    server as ServerOpts;
  const options = Object.fromEntries(
    Object.entries({ allowHalfOpen, pauseOnConnect, noDelay, keepAlive, highWaterMark }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  const ticket = offer(fd);
  noteUndo(() => void requireNative().withdrawDescriptor(ticket));
  // Node keeps seconds of what it takes in milliseconds.
  const delay = (keepAliveInitialDelay ?? 0) * 1000;
  return {
    ticket,
    options: { ...options, keepAliveInitialDelay: delay },
    maxConnections: server.maxConnections,
  };
}

function reviveServer({ ticket, options, maxConnections }: ServerData): Server {
  const server = new Server(options);
  if (maxConnections !== undefined) server.maxConnections = maxConnections;
  // Exclusive: a worker of node:cluster must not ask its primary for it.
  return server.listen({ fd: claim(ticket), exclusive: true });
}

function isStandardStream(value: object): boolean {
  const { fd } = value as { fd?: unknown };
  return typeof fd === 'number' && fd >= 0 && fd <= 2;
}

function descriptorOf(object: Socket | Server, what: string): number {
  const problem = nativeProblem();
  if (problem !== undefined)
    throw new ProcessError(
      PROCESS_ERROR_CODES.nativeUnavailable,
      `A ${what} is sent to another process by @mp/native, and that ${problem}. Send an address to connect to instead.`,
    );
  const fd = (object as WithHandle)._handle?.fd;
  if (typeof fd === 'number' && fd >= 0) return fd;
  throw refusal(what === 'server' ? 'it does not listen' : 'it is not connected');
}

/** @throws SerializeError where something of the socket would stay behind. */
function checkMovable(socket: Socket): void {
  const { parser, _httpMessage } = socket as { parser?: unknown; _httpMessage?: unknown };
  if (parser != null || _httpMessage != null)
    throw refusal('an HTTP server or client uses it; take it from the `connection` event of a net.Server');
  if (socket.connecting) throw refusal('it is not connected yet; wait for its `connect` event');
  if (socket.destroyed || socket.writableEnded) throw refusal('it was ended here');
  if (socket.writableLength > 0)
    throw refusal(
      `${socket.writableLength} bytes that were written to it are not sent yet; wait for its \`drain\` event`,
    );
  if (socket.readableEncoding !== null)
    throw refusal('it has an encoding (setEncoding), and may have half a character');
}

function refusal(why: string): SerializeError {
  return new SerializeError(SERIALIZE_ERROR_CODES.unsupported, `This cannot be sent to another process: ${why}.`);
}

function offer(fd: number): DescriptorTicket {
  const native = requireNative();
  const ticket = translated(() => native.offerDescriptor(fd));
  noteTicket(() => native.withdrawDescriptor(ticket));
  return ticket;
}

function claim(ticket: DescriptorTicket): number {
  return translated(() => requireNative().claimDescriptor(ticket));
}
