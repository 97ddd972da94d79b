import type { Server, Socket } from 'node:net';
import { Connection } from '../channel/connection.js';
import { handOverToCopy } from '../channel/handover.js';
import { isMovableSocket, moveToCopy } from '../channel/sockets.js';
import type { ProcessWork } from '../launch/launcher.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';

/** Where a value was found. */
interface Place {
  readonly container: object;
  readonly key: PropertyKey;
}

/** What of a process's work belongs to one process at a time. */
interface WorkHandles {
  readonly connections: ReadonlySet<Connection>;
  readonly sockets: ReadonlyMap<Socket | Server, readonly Place[]>;
}

/**
 * Hands the connections, sockets and servers among a process's arguments, or among the properties of an object with its own
 * `run`, to a copy of this process: those in arrays and plain objects, however deep. Those that functions have captured
 * cannot be seen, and stay here.
 *
 * @returns What the copy does before it begins: there, connections are the same objects, and sockets and servers new ones.
 * @throws SerializeError where a socket or a server cannot travel.
 */
export function handOverWork(work: ProcessWork): () => void {
  const { connections, sockets } = handlesIn(work);
  const adoptConnections = handOverToCopy([...connections]);
  const adoptSockets = [...sockets].map(([socket, places]) => [moveToCopy(socket), places] as const);
  return () => {
    adoptConnections();
    for (const [adopt, places] of adoptSockets) {
      const socket = adopt();
      for (const { container, key } of places) replace(container, key, socket);
    }
  };
}

function replace(container: object, key: PropertyKey, socket: Socket | Server): void {
  if (Reflect.set(container, key, socket)) return;
  throw new ProcessError(
    PROCESS_ERROR_CODES.argument,
    `A socket or server is in the frozen property ${JSON.stringify(String(key))} of an argument. Pass it in one that can be written.`,
  );
}

function handlesIn(work: ProcessWork): WorkHandles {
  const connections = new Set<Connection>();
  const sockets = new Map<Socket | Server, Place[]>();
  const seen = new Set<unknown>();
  const left: object[] = ['run' in work ? work : work.args];
  for (let container = left.pop(); container !== undefined; container = left.pop()) {
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(container))) {
      if (typeof value !== 'object' || value === null) continue;
      if (isMovableSocket(value)) {
        const places = sockets.get(value) ?? [];
        sockets.set(value, places);
        places.push({ container, key });
      }
      if (seen.has(value)) continue;
      seen.add(value);
      if (value instanceof Connection) connections.add(value);
      else if (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype) left.push(value);
    }
  }
  return { connections, sockets };
}
