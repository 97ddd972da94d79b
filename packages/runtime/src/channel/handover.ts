import type { Reducer } from '@mp/codec';
import { claim, type Offer, offer, type Ticket, withdraw } from './broker.js';
import {
  adoptConnection,
  Connection,
  type Detached,
  type Direction,
  detachConnection,
  receiveEither,
} from './connection.js';
import { type GivenEnd, giveEnd, takeEnd } from './direct-ends.js';
import type { Marshal } from './marshal.js';
import { relay } from './relay.js';
import { noteUndo } from './undoing.js';

/** What a connection is reduced to. */
interface ConnectionData {
  /** How the other process comes by the end: it connects to it, or has it already. */
  readonly ticket: Ticket | GivenEnd;
  readonly direction: Direction;
}

/**
 * Lets connections travel. The end moves: this process keeps a relay to where it goes, and the end here is gone.
 *
 * @param marshal - Of the context to which the revived connection will belong.
 */
export function connectionReducer(marshal: () => Marshal): Reducer<Connection, ConnectionData> {
  return {
    tag: 'mp.Connection',
    test: (value): value is Connection => value instanceof Connection,
    reduce: handOver,
    revive: ({ ticket, direction }) =>
      new Connection('index' in ticket ? takeEnd(ticket) : claim(ticket), marshal(), direction),
  };
}

function handOver(connection: Connection): ConnectionData {
  const { direction, restore, ...end } = takeAway(connection);
  const given = giveEnd(end.accept);
  const ticket = given ?? offer(end);
  // A later part of the value may not be able to travel, or has to be prepared first.
  noteUndo(() => {
    if ('token' in ticket) withdraw(ticket);
    restore();
  });
  return { ticket, direction };
}

function takeAway(connection: Connection): Pick<Detached, 'direction' | 'restore'> & Required<Offer> {
  const { direction, channel, past, marshal, restore } = detachConnection(connection);
  return {
    direction,
    restore,
    accept: (remote) => {
      if (past === undefined) relay(channel, remote);
      else joinMessages(past, new Connection(remote, marshal));
    },
    drop: () => channel.destroy(),
  };
}

/**
 * Takes connections away from this process, for a copy of it that is going to be made.
 *
 * @returns What the copy calls: there, the same objects are connections again.
 */
export function handOverToCopy(connections: readonly Connection[]): () => void {
  const moved = connections.map((connection) => [connection, offer(takeAway(connection))] as const);
  return () => {
    for (const [connection, ticket] of moved) adoptConnection(connection, claim(ticket));
  };
}

/**
 * Passes messages on between two connections. One of them has a past (its other end may refer to what was said
 * before), so values are decoded and encoded again.
 */
function joinMessages(a: Connection, b: Connection): void {
  passMessages(a, b);
  passMessages(b, a);
}

async function passMessages(from: Connection, to: Connection): Promise<void> {
  if (!from.readable || !to.writable) return;
  try {
    for (;;) {
      const { isBytes, message } = await receiveEither(from);
      if (isBytes) await to.sendBytes(message as Uint8Array);
      else await to.send(message);
    }
  } catch {
    // The end of the messages, or an end that failed: either way the other side sees the end.
    await to.close();
  }
}
