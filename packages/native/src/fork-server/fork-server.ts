import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { addon } from '../addon.js';
import { NATIVE_ERROR_CODES, NativeError } from '../native-error.js';
import { closeDescriptor, createSocketPair, writeDescriptor } from '../system/descriptors.js';
import type { ForkedChild } from './forked-child.js';
import {
  type ForkedStdio,
  type ForkRequestOptions,
  type ForkServerOptions,
  flattenEnvironment,
  inheritedExecArgv,
} from './options.js';
import { encodeDetached, encodePacket, type ForkRequest, PACKETS } from './protocol.js';
import { type PreparedRequest, ServerProcess, type ServerSettings } from './server-process.js';

/**
 * A process that has loaded what its children need, and forks them on request: each starts as a copy-on-write copy
 * of it, in a millisecond or two, with everything that was preloaded.
 *
 * It is started with the flags that make a process safe to fork, holds no timer, socket or thread when it forks, and
 * waits in native code. It is controlled through an inherited socket: who holds the other end, and nobody else, can
 * have it fork. When its client ends, it ends, and its children with it. When it dies, its children die with it, and
 * the next {@link ForkServer.fork} starts a new one.
 *
 * @example
 * const server = await ForkServer.start({ preload: ['/app/models.js'] });
 * const child = await server.fork({ entry: new URL('worker.js', import.meta.url).href, channel: true });
 * console.log(await child.exited); // { code: 0, signal: null, serverDied: false }
 * await server.close();
 */
export class ForkServer implements AsyncDisposable {
  readonly #settings: ServerSettings;
  #server: ServerProcess;
  #starting: Promise<ServerProcess> | undefined;
  #closed = false;

  private constructor(settings: ServerSettings, server: ServerProcess) {
    this.#settings = settings;
    this.#server = server;
  }

  /**
   * Starts a server and waits until it has loaded its preloads.
   *
   * @throws NativeError `MP_FORK_SERVER` where a preload fails or leaves something open, with its name;
   *   `MP_NATIVE_UNAVAILABLE` where there is no addon.
   */
  static async start(options: ForkServerOptions = {}): Promise<ForkServer> {
    addon();
    const settings: ServerSettings = Object.freeze({
      preload: [...(options.preload ?? [])],
      execArgv: [...(options.execArgv ?? inheritedExecArgv())],
      env: { ...(options.env ?? process.env) },
      settleMs: options.settleMs ?? 1000,
    });
    return new ForkServer(settings, await startServer(settings));
  }

  /** The process id of the present server, or `undefined` where it is not running. */
  get pid(): number | undefined {
    return this.#server.alive ? this.#server.pid : undefined;
  }

  /** The children that have not ended. */
  get children(): readonly ForkedChild[] {
    return this.#server.children;
  }

  /**
   * Has the server fork a child, and resolves as soon as it exists.
   *
   * @throws NativeError `MP_SYSTEM_CALL` where fork(2) fails; `MP_FORK_SERVER_DIED` where the server ended meanwhile;
   *   `MP_CLOSED` after {@link ForkServer.close}.
   */
  async fork(options: ForkRequestOptions): Promise<ForkedChild> {
    if (this.#closed) throw new NativeError(NATIVE_ERROR_CODES.closed, 'This fork server is closed.');
    const server = this.#server.alive ? this.#server : await this.#restart();
    return server.fork((id) => prepareRequest(id, options));
  }

  /** Takes no more requests, waits until all children have ended, and ends the server. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#server.whenIdle();
    await this.terminate();
  }

  /** Ends the server and all its children at once. */
  async terminate(): Promise<void> {
    this.#closed = true;
    await this.#starting?.catch(() => {});
    await this.#server.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #restart(): Promise<ServerProcess> {
    this.#starting ??= startServer(this.#settings)
      .then((server) => {
        this.#server = server;
        return server;
      })
      .finally(() => {
        this.#starting = undefined;
      });
    return this.#starting;
  }
}

async function startServer(settings: ServerSettings): Promise<ServerProcess> {
  const server = new ServerProcess(settings);
  try {
    await server.started;
  } catch (error) {
    await server.end();
    throw error;
  }
  return server;
}

/** Closes a descriptor, by whom it was opened: Node or the addon. */
type Close = () => void;

function prepareRequest(id: number, options: ForkRequestOptions): PreparedRequest {
  const owned: Close[] = [];
  try {
    return encodeRequest(id, options, owned);
  } catch (error) {
    for (const close of owned) close();
    throw error;
  }
}

/** @param owned - Receives how the descriptors are closed that are made for the request. */
function encodeRequest(id: number, options: ForkRequestOptions, owned: Close[]): PreparedRequest {
  const request: ForkRequest = {
    entry: options.entry,
    call: options.call,
    argv: options.argv ?? [],
    execArgv: options.execArgv ?? inheritedExecArgv(),
    title: options.title,
    env: flattenEnvironment(options.env ?? process.env),
    cwd: options.cwd ?? process.cwd(),
    umask: options.umask ?? process.umask(),
    channel: options.channel === true,
  };
  const stdio = options.stdio ?? ['inherit', 'inherit', 'inherit'];
  const descriptors = stdio.map((stream, target) => toDescriptor(stream, target, owned));
  let channelFd: number | undefined;
  if (options.channel === true) {
    const [ours, theirs] = createSocketPair();
    owned.push(() => closeDescriptor(theirs));
    channelFd = ours;
    descriptors.push(theirs);
  }
  descriptors.push(...(options.descriptors ?? []));
  const head = { kind: PACKETS.fork, id, value: constants.signals[options.deathSignal ?? 'SIGKILL'] };
  let bytes = encodePacket(head, request);
  if (bytes === undefined) {
    descriptors.unshift(storeBody(request, owned));
    bytes = encodeDetached(head);
  }
  return { bytes, descriptors, channelFd, release: () => owned.forEach((close) => void close()) };
}

function toDescriptor(stream: ForkedStdio, target: number, owned: Close[]): number {
  if (typeof stream === 'number') return stream;
  if (stream === 'inherit') return target;
  const fd = openSync('/dev/null', target === 0 ? 'r' : 'w');
  // A worker thread notes what Node opens in it, and closes at its end what Node did not close: another's file by then.
  owned.push(() => closeSync(fd));
  return fd;
}

/** Puts a body that is too long for a packet into memory that travels as a descriptor. */
function storeBody(request: ForkRequest, owned: Close[]): number {
  const text = Buffer.from(JSON.stringify(request));
  const fd = addon().createAnonymous('mp-fork-request', text.length);
  owned.push(() => closeDescriptor(fd));
  for (let written = 0; written < text.length; ) written += writeDescriptor(fd, text.subarray(written));
  return fd;
}
