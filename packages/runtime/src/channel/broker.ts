import { connect as connectSocket, createServer, type Server } from 'node:net';
import { crypto } from '../platform/crypto.js';
import { family } from '../platform/family.js';
import { onFork } from '../platform/forking.js';
import { FRAME } from '../protocol/frames.js';
import { type Address, privateAddress, toNetOptions } from './address.js';
import { authenticate } from './authentication.js';
import { FrameChannel, type FrameHandler } from './frame-channel.js';
import { FAMILY_LIMITS, STRANGER_LIMITS } from './frame-reader.js';
import { SocketTransport } from './socket-transport.js';
import { encodeOrUndo } from './undoing.js';

/** How another process of the family reaches something in this one. */
export interface Ticket {
  readonly address: Address;
  readonly token: string;
}

/** Something that can be reached with a ticket. */
export interface Offer {
  /** Called with each channel that somebody opens with the ticket, when it has proved that it is family. */
  accept(channel: FrameChannel): void;
  /** Nobody will come: the ticket was meant for a process that has ended. Only where the ticket is good for one channel. */
  drop?(): void;
}

const offers = new Map<string, Offer>();
let collected: (() => void)[] | undefined;
let keepers = 0;
let listening: { readonly server: Server; readonly address: string } | undefined;

// In a copy of this process, the socket and what it offers are the parent's.
onFork({
  afterFork: () => {
    offers.clear();
    collected = undefined;
    listening = undefined;
    keepers = 0;
  },
});

/**
 * Makes something of this process reachable for the others: connections, queues.
 *
 * One listening socket serves the whole process. It opens at the first offer, and does not keep the process alive.
 *
 * An offer that can be dropped is good for one channel; the others for any number.
 */
export function offer(what: Offer): Ticket {
  if (listening === undefined) {
    listening = listen();
    if (keepers > 0) listening.server.ref();
  }
  const token = crypto().randomBytes(12).toString('base64url');
  offers.set(token, what);
  const ticket = { address: listening.address, token };
  if (what.drop !== undefined) noteTicket(() => drop(ticket));
  return ticket;
}

/** Notes how a ticket is made void that was issued for the payload that is being encoded; see {@link collectTickets}. */
export function noteTicket(drop: () => void): void {
  collected?.push(drop);
}

/**
 * Notes the tickets that are issued while a payload is encoded for one process.
 *
 * @returns What `encode` returned, and a function to be called when that process has ended: tickets that it did not use
 *   are void, and whoever waits at the other end hears of it.
 */
export function collectTickets<T>(encode: () => T): { readonly result: T; readonly dropTickets: () => void } {
  const outer = collected;
  const drops: (() => void)[] = [];
  const dropTickets = (): void => {
    for (const drop of drops) drop();
  };
  collected = drops;
  try {
    return { result: encodeOrUndo(encode), dropTickets };
  } catch (error) {
    dropTickets();
    throw error;
  } finally {
    collected = outer;
  }
}

function drop(ticket: Ticket): void {
  const found = offers.get(ticket.token);
  withdraw(ticket);
  found?.drop?.();
}

/** Makes a ticket void that nobody has any more. */
export function withdraw({ token }: Ticket): void {
  offers.delete(token);
}

/** Keeps the process alive for those who will connect, or lets it go. Each call with `true` is followed by one with `false`. */
export function keepListening(keep: boolean): void {
  keepers += keep ? 1 : -1;
  if (keepers > 0) listening?.server.ref();
  else listening?.server.unref();
}

/**
 * Opens a channel with a ticket. It can be sent to at once; everything leaves when the other end has proved itself.
 * Where that fails, the channel ends with the error.
 *
 * @param gatekeeper - Who hears what is offered there before anybody else does, and lets the channel go on.
 */
export function claim(ticket: Ticket, gatekeeper?: FrameHandler): FrameChannel {
  const socket = connectSocket(toNetOptions(ticket.address));
  const channel = new FrameChannel(new SocketTransport(socket));
  authenticate(channel, family().authKey, 'connect', (error) => {
    if (error !== undefined) return gatekeeper?.onEnd(error);
    channel.sendNow(FRAME.claim, Buffer.from(ticket.token));
    if (gatekeeper === undefined) channel.release();
    else channel.hold(gatekeeper);
  });
  return channel;
}

function listen(): { server: Server; address: string } {
  const { address, remove } = privateAddress();
  const server = createServer({ noDelay: true }, (socket) => {
    const channel = new FrameChannel(new SocketTransport(socket));
    authenticate(channel, family().authKey, 'accept', (error) => {
      if (error === undefined) awaitClaim(channel);
    });
  });
  server.on('error', () => {
    // Reported where it matters: at whoever cannot connect.
  });
  server.listen(address);
  server.unref();
  process.once('exit', remove);
  return { server, address };
}

function awaitClaim(channel: FrameChannel): void {
  channel.setLimits(STRANGER_LIMITS);
  channel.hold({
    onFrame: (kind, body) => {
      const token = Buffer.from(body).toString();
      const found = kind === FRAME.claim ? offers.get(token) : undefined;
      if (found === undefined) return channel.destroy();
      if (found.drop !== undefined) offers.delete(token);
      channel.setLimits(FAMILY_LIMITS);
      channel.release();
      found.accept(channel);
    },
    onEnd: () => {},
  });
}
