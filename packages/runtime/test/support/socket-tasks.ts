// What tests of sockets run elsewhere; by reference, over every codec.
import type { Server, Socket } from 'node:net';
import type { Connection } from '@mp/runtime';

/** Answers each socket that it is sent with its process id and the first bytes that arrive, until it is sent `null`. */
export async function answerSockets(connection: Connection<unknown, Socket | null>): Promise<void> {
  await connection.send(process.pid);
  for (let socket = await connection.recv(); socket !== null; socket = await connection.recv()) {
    const answered = socket;
    answered.once('data', (bytes) => answered.end(`${process.pid} ${bytes}`));
  }
}

/** Accepts connections of a server until it is told to stop. */
export async function acceptThere(connection: Connection, server: Server): Promise<void> {
  server.on('connection', (socket) => socket.end(`${process.pid}`));
  await connection.send(process.pid);
  await connection.recv();
  server.close();
}

/** The address of a server that arrived, which is closed here. */
export function addressOf(server: Server): ReturnType<Server['address']> {
  const address = server.address();
  server.close();
  return address;
}
