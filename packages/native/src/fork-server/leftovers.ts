import type { Socket } from 'node:net';
import { addon } from '../addon.js';
import { countThreads } from '../fork/threads.js';

/** What a process holds open, to be compared with what it holds later. */
export interface OpenResources {
  readonly resources: ReadonlyMap<string, number>;
  readonly threads: number;
}

/** Handles with a descriptor, which parent and child would share, whether they keep the process alive or not. */
const SHARED_HANDLES: ReadonlySet<string> = new Set(['tcp', 'pipe', 'udp', 'tty', 'poll', 'process', 'fs_event']);

/** In the names of `process.getActiveResourcesInfo`, and of libuv for handles that Node does not list. */
const DESCRIPTIONS: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  Timeout: 'a timer (call `unref` on it, or clear it)',
  Immediate: 'an immediate',
  TCPServerWrap: 'a listening TCP socket',
  TCPSocketWrap: 'a TCP connection',
  PipeServerWrap: 'a listening unix socket',
  PipeWrap: 'a pipe or unix socket',
  UDPWrap: 'a UDP socket',
  TTYWrap: 'a terminal',
  ProcessWrap: 'a child process',
  MessagePort: 'a message port or worker thread',
  Worker: 'a worker thread',
  FSEventWrap: 'a file watcher (fs.watch)',
  StatWatcher: 'a file watcher (fs.watchFile)',
  tcp: 'a TCP socket',
  pipe: 'a pipe or unix socket',
  udp: 'a UDP socket',
  tty: 'a terminal',
  poll: 'a watched descriptor',
  process: 'a child process',
  fs_event: 'a file watcher (fs.watch)',
  thread: 'a thread (a worker thread, or one of a native addon)',
});

/** Takes stock of what is open now. */
export function listOpenResources(): OpenResources {
  const resources = new Map<string, number>();
  const count = (name: string): unknown => resources.set(name, (resources.get(name) ?? 0) + 1);
  for (const name of process.getActiveResourcesInfo()) count(name);
  // What is unreferenced Node does not list; libuv knows it.
  for (const [type, , referenced] of addon().listHandles())
    if (referenced === 0 && SHARED_HANDLES.has(type)) count(type);
  return { resources, threads: countThreads() };
}

/** Says what is open in `now` that was not in `before`, one description each. */
export function describeLeftovers(before: OpenResources, now: OpenResources): string[] {
  const found: string[] = [];
  for (const [name, count] of now.resources) {
    // Only work that is under way: the end of it is waited for apart.
    if (name === 'Immediate' || name.endsWith('ReqWrap') || name.startsWith('FSReq')) continue;
    const more = count - (before.resources.get(name) ?? 0);
    if (more > 0) found.push(describe(name, more));
  }
  if (now.threads > before.threads) found.push(describe('thread', now.threads - before.threads));
  return found;
}

function describe(name: string, count: number): string {
  const text = DESCRIPTIONS[name] ?? name;
  const place = placesOf(name);
  return `${count > 1 ? `${count} times ` : ''}${text}${place === '' ? '' : ` (${place})`}`;
}

/** Addresses of sockets, as far as they are known. */
function placesOf(name: string): string {
  if (!/^(?:TCP|Pipe|UDP)/.test(name)) return '';
  const handles = (process as unknown as { _getActiveHandles(): Socket[] })._getActiveHandles();
  const places = handles.map((handle) => {
    const address: unknown = typeof handle.address === 'function' ? handle.address() : undefined;
    if (typeof address === 'string') return address;
    const { address: host, port } = (address ?? {}) as { address?: string; port?: number };
    return port === undefined ? '' : `${host}:${port}`;
  });
  return places.filter((place) => place !== '').join(', ');
}
