// What tests of sockets run elsewhere; by reference, over every codec.
import { type Server, Socket } from 'node:net';
import type { Connection, Queue } from '@mp/runtime';

/** Answers each socket that it is sent with its process id and the first bytes that arrive, until it is sent `null`. */
export async function answerSockets(connection: Connection<unknown, Socket | null>): Promise<void> {
  await connection.send(process.pid);
  for (let socket = await connection.recv(); socket !== null; socket = await connection.recv()) {
    const answered = socket;
    answered.once('data', (bytes) => answered.end(`${process.pid} ${bytes}`));
  }
}

/** Answers sockets, and the connections of servers, that come through a queue, until `null` comes. */
export async function answerFromQueue(queue: Queue<Socket | Server | null>, connection: Connection): Promise<void> {
  await connection.send(process.pid);
  const servers: Server[] = [];
  for (let got = await queue.get(); got !== null; got = await queue.get()) {
    const taken = got;
    if (taken instanceof Socket) taken.once('data', (bytes) => taken.end(`${process.pid} ${bytes}`));
    else {
      servers.push(taken);
      taken.on('connection', (socket) => socket.end(`${process.pid}`));
      await connection.send(process.pid);
    }
  }
  for (const server of servers) server.close();
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
