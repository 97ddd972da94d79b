import type { Socket as DatagramSocket } from 'node:dgram';
import { EventEmitter } from 'node:events';
import { Server, Socket } from 'node:net';
import { addon } from '../addon.js';
import { NATIVE_ERROR_CODES, NativeError } from '../native-error.js';

/** What may be called nevertheless: it neither speaks to anybody nor waits for anybody. */
const HARMLESS: ReadonlySet<string | symbol> = new Set([
  'constructor',
  'emit',
  'off',
  'removeListener',
  'removeAllListeners',
  'listeners',
  'rawListeners',
  'listenerCount',
  'eventNames',
  'getMaxListeners',
  'setMaxListeners',
]);
/** What may be called, and does nothing: there is nothing here to be closed or to be waited for. */
const WITHOUT_EFFECT: ReadonlySet<string | symbol> = new Set(['destroy', 'destroySoon', 'ref', 'unref']);
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

/** The guarded prototype for each prototype, and the guarded ones themselves. */
const guards = new Map<object, object>();

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
    const prototype = Object.getPrototypeOf(handle) as object;
    if (![...guards.values()].includes(prototype)) Object.setPrototypeOf(handle, guardOf(prototype));
  }
  emptyFetchAgents();
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

/** An object that stands between a handle and its prototype: `instanceof` holds, and methods throw. */
function guardOf(prototype: object): object {
  let guard = guards.get(prototype);
  if (guard !== undefined) return guard;
  guard = Object.create(prototype) as object;
  const kind = prototype instanceof Server || prototype === Server.prototype ? 'server' : 'socket';
  for (const key of methodsOf(prototype)) {
    if (HARMLESS.has(key)) continue;
    const value = WITHOUT_EFFECT.has(key) ? returnThis : refusing(kind, `${String(key)}()`);
    Object.defineProperty(guard, key, { value, writable: true, configurable: true });
  }
  for (const key of ASKING)
    if (key in prototype) Object.defineProperty(guard, key, { get: refusing(kind, key), configurable: true });
  guards.set(prototype, guard);
  return guard;
}

function methodsOf(prototype: object): Set<string | symbol> {
  const found = new Set<string | symbol>();
  for (let at: object | null = prototype; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at))
    for (const key of Reflect.ownKeys(at))
      if (typeof Reflect.getOwnPropertyDescriptor(at, key)?.value === 'function') found.add(key);
  return found;
}

function returnThis(this: unknown): unknown {
  return this;
}

function refusing(kind: string, what: string): () => never {
  return () => {
    throw new NativeError(
      NATIVE_ERROR_CODES.moved,
      `This ${kind} belongs to the process from which this one was forked, and ${what} would do nothing here.\n` +
        `Open a ${kind} in this process, or have it sent here: as an argument of the process, or over a connection.`,
    );
  };
}
