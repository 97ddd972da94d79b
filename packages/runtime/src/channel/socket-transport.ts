import type { Socket } from 'node:net';
import type { Transport, TransportListener } from './transport.js';

/** A transport over a `node:net` socket: an inherited socket pair, a unix socket, a named pipe, TCP. */
export class SocketTransport implements Transport {
  readonly #socket: Socket;
  #received: Uint8Array | undefined;
  #listener: TransportListener | undefined;
  #ended = false;

  /** @param received - What was read from it before, if anything. */
  constructor(socket: Socket, received?: Uint8Array) {
    this.#socket = socket;
    this.#received = received;
    // Small frames are batched above; waiting for more (Nagle's algorithm) only adds latency.
    socket.setNoDelay?.(true);
    // Without a listener an error before `open` would end the process; 'close' reports it.
    socket.on('error', (error) => {
      this.#failure ??= error;
    });
  }

  #failure: Error | undefined;

  open(listener: TransportListener): void {
    this.#listener = listener;
    const socket = this.#socket;
    const received = this.#received;
    this.#received = undefined;
    if (received !== undefined) listener.onData(received);
    socket.on('data', (chunk: Uint8Array) => listener.onData(chunk));
    socket.on('drain', () => listener.onDrain());
    socket.on('end', () => this.#finish(undefined));
    socket.on('close', () => this.#finish(this.#failure));
    if (socket.destroyed) queueMicrotask(() => this.#finish(this.#failure));
  }

  write(chunks: readonly Uint8Array[], done?: () => void): boolean {
    const socket = this.#socket;
    if (chunks.length === 1) return socket.write(chunks[0] as Uint8Array, done);
    socket.cork();
    let more = true;
    const last = chunks.length - 1;
    for (let i = 0; i < last; i++) more = socket.write(chunks[i] as Uint8Array);
    if (last >= 0) more = socket.write(chunks[last] as Uint8Array, done);
    else done?.();
    socket.uncork();
    return more;
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  ref(): void {
    this.#socket.ref();
  }

  unref(): void {
    this.#socket.unref();
  }

  #finish(error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#listener?.onEnd(isPeerGone(error) ? undefined : error);
  }
}

/** A peer that died resets the connection or breaks the pipe; for the reader that is the end, as a clean close is. */
function isPeerGone(error: (Error & { code?: string }) | undefined): boolean {
  return error?.code === 'ECONNRESET' || error?.code === 'EPIPE';
}
