// What runs in a new process or thread of a program that was bundled together with this package: the program itself.
import { Socket } from 'node:net';
import { PortTransport } from '../channel/port-transport.js';
import { SocketTransport } from '../channel/socket-transport.js';
import { Pool, Process, ThreadPool } from '../context/default.js';
import { defaultCodec } from '../context/default-codec.js';
import { createHandles } from '../context/handles.js';
import { freeze, placeInFrozenProgram } from '../launch/frozen.js';
import { CHANNEL_DESCRIPTOR, PROGRESS_DESCRIPTOR } from '../protocol/descriptors.js';

const ENTRY = new URL('./spawned.js', import.meta.url).href;

/**
 * For programs that are bundled together with this package, or are a single executable: their children begin with the
 * program itself, which calls this before anything else.
 *
 * In any other program it does nothing.
 *
 * @returns Whether this is such a child: then the program must do nothing else. What it was started for is being done.
 * @example
 * if (!freezeSupport()) await main();
 */
export function freezeSupport(): boolean {
  if (!freeze(ENTRY)) return false;
  // Both sides have these classes, and no module by which a class that extends one could be found: `@mp/serialize` asks here.
  (globalThis as Record<symbol, unknown>)[Symbol.for('mp.references')] = { Pool, Process, ThreadPool };
  const place = placeInFrozenProgram();
  if (place === undefined) return false;
  // Who is no child need not have the rooms of a child.
  void import('../child/serve.js').then(({ serve }) => {
    const transport =
      place === 'process'
        ? new SocketTransport(new Socket({ fd: CHANNEL_DESCRIPTOR, readable: true, writable: true }))
        : new PortTransport(place.port);
    serve(transport, place === 'process' ? PROGRESS_DESCRIPTOR : place.progress, createHandles, [defaultCodec]);
  });
  return true;
}
