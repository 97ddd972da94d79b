import type { ForkServer } from '@mp/native';
import { requireNative } from '../native/native.js';
import { onFork } from '../platform/forking.js';

/** The modules that fork servers load besides what every child needs. */
let preloads: readonly string[] = [];

/** One server for each set of start-up flags: V8's flags are fixed when it starts. */
const servers = new Map<string, Promise<ForkServer>>();

// They are the parent's: a copy of it starts its own.
onFork({ afterFork: () => servers.clear() });

/**
 * Names modules that the fork server loads once, for all its children: they share the memory, and find them loaded.
 * Takes effect for servers that are started after it.
 *
 * @param modules - Absolute paths or `file:` URLs. A module must leave nothing open: no timer, no socket.
 */
export function setForkserverPreload(modules: readonly string[]): void {
  preloads = [...modules];
}

/** The server for the flags, started when it is first asked for. @param needed - What every child of it loads. */
export function forkServer(execArgv: readonly string[], needed: readonly string[]): Promise<ForkServer> {
  const preload = [...needed, ...preloads];
  const key = JSON.stringify([execArgv, preload]);
  let server = servers.get(key);
  if (server === undefined) {
    server = requireNative().ForkServer.start({ preload, execArgv });
    servers.set(key, server);
    // A server that cannot start is tried again by the next child, which will say why.
    server.catch(() => servers.delete(key));
  }
  return server;
}
