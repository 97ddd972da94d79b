import type { Socket as DatagramSocket } from 'node:dgram';
import { EventEmitter } from 'node:events';
import { Server, Socket } from 'node:net';
import { addon } from '../addon.js';
import { refusedMethods, refusing } from './refusal.js';

/** Properties that ask the kernel. */
const ASKING: readonly string[] = [
  'remoteAddress',
  'remotePort',
  'remoteFamily',
  'localAddress',
  'localPort',
  'localFamily',
];

type Inherited = Server | Socket | DatagramSocket;

/** A socket of `http`: what is being sent over it, and what is being read, lib/_http_client.js and _http_server.js. */
interface Messenger {
  readonly _httpMessage?: { readonly res?: Incoming | null } | null;
  readonly parser?: { readonly incoming?: Incoming | null } | null;
}

interface Incoming {
  readonly complete: boolean;
}

/** The guarded prototype for each prototype, and what has one. */
const guards = new Map<object, object>();
const guarded = new WeakSet<object>();

/**
 * Makes every use of the parent's sockets and servers fail, in a child that was just forked. What they stand for is the
 * parent's: here a listener would never be called, and a reader would wait for ever.
 *
 * Connections that Node itself keeps for later requests, of `http` and `fetch`, are forgotten instead: the child opens its own.
 */
export function guardInheritedHandles(): void {
  for (const handle of inheritedHandles()) {
    if (isSpareOfAgent(handle)) {
      // An agent takes a socket from those for later only if nobody can write to it.
      Object.defineProperty(handle, 'writable', { value: false, configurable: true });
      handle.emit('agentRemove');
    }
    guard(handle, handle instanceof Server ? 'server' : 'socket');
    guardMessages(handle as Messenger);
  }
  emptyFetchAgents();
}

/** A request or a response that is under way on a socket would never go on: what the other side sends comes to the parent. */
function guardMessages(handle: Messenger): void {
  const { _httpMessage: outgoing, parser } = handle;
  if (outgoing != null) guard(outgoing, 'request');
  for (const incoming of [parser?.incoming, outgoing?.res])
    if (incoming != null && !incoming.complete) guard(incoming, 'request');
}

/** Those among the handles of this thread that have an object which programs know. */
function inheritedHandles(): Inherited[] {
  const { _getActiveHandles: list } = process as unknown as { _getActiveHandles?: () => unknown[] };
  if (list === undefined) return [];
  // Node lists what keeps the process alive, and in a fresh child nothing does.
  addon().referenceSockets(true);
  try {
    return Reflect.apply(list, process, []).filter(isInherited);
  } finally {
    addon().referenceSockets(false);
  }
}

function isInherited(owner: unknown): owner is Inherited {
  const isSocket = owner instanceof Socket || owner instanceof Server || owner?.constructor?.name === 'Socket';
  if (!isSocket || !(owner instanceof EventEmitter)) return false;
  // Standard output and error are the child's, too.
  const fd = (owner as { readonly _handle?: { readonly fd?: number } | null })._handle?.fd;
  return fd !== 1 && fd !== 2;
}

/** Whether an agent of `http` or `https` keeps it for the next request: only an agent listens to this event. */
function isSpareOfAgent(handle: Inherited): boolean {
  return handle.listenerCount('agentRemove') > 0 && (handle as { _httpMessage?: unknown })._httpMessage == null;
}

/**
 * `fetch` would send its next request on a connection of the parent's: its agents (undici's, which Node keeps under registered
 * symbols) forget those that they have.
 */
function emptyFetchAgents(): void {
  for (const place of Object.getOwnPropertySymbols(globalThis)) {
    if (place.description?.startsWith('undici.globalDispatcher.') !== true) continue;
    const agent: unknown = Reflect.get(globalThis, place);
    if (typeof agent !== 'object' || agent === null) continue;
    for (const key of Object.getOwnPropertySymbols(agent)) {
      if (key.description !== 'clients' && key.description !== 'origins') continue;
      const kept: unknown = Reflect.get(agent, key);
      if (kept instanceof Map || kept instanceof Set) kept.clear();
    }
  }
}

/** Whether an object is the parent's, and guarded. */
export function isGuarded(one: object): boolean {
  return guarded.has(one);
}

function guard(one: object, kind: string): void {
  if (guarded.has(one)) return;
  guarded.add(one);
  Object.setPrototypeOf(one, guardOf(Object.getPrototypeOf(one), kind));
}

/** An object that stands between a handle and its prototype: `instanceof` holds, and methods throw. */
function guardOf(prototype: object, kind: string): object {
  let found = guards.get(prototype);
  if (found !== undefined) return found;
  found = Object.create(prototype) as object;
  for (const [key, value] of refusedMethods(prototype, kind))
    Object.defineProperty(found, key, { value, writable: true, configurable: true });
  for (const key of ASKING)
    if (key in prototype) Object.defineProperty(found, key, { get: refusing(kind, key), configurable: true });
  guards.set(prototype, found);
  return found;
}
