import { startTimer, stopTimer, type Timer } from '../platform/timers.js';
import type { Transport, TransportListener } from './transport.js';

/** So many bytes may wait for the other end before {@link MemoryTransport.write} asks to wait. */
const HIGH_WATER_BYTES = 1 << 16;

/** One end of a pair inside one process. What is written is delivered later in the same turn of the event loop. */
export class MemoryTransport implements Transport {
  #peer: MemoryTransport | undefined;
  #listener: TransportListener | undefined;
  #inbox: Uint8Array[] = [];
  #bytes = 0;
  #full = false;
  #paused = false;
  #scheduled = false;
  #peerEnded = false;
  #finished = false;
  #keepAlive: Timer | undefined;

  /** Makes two ends that are connected to each other. */
  static pair(): [MemoryTransport, MemoryTransport] {
    const a = new MemoryTransport();
    const b = new MemoryTransport();
    a.#peer = b;
    b.#peer = a;
    return [a, b];
  }

  open(listener: TransportListener): void {
    this.#listener = listener;
    this.#schedule();
  }

  write(chunks: readonly Uint8Array[], done?: () => void): boolean {
    const peer = this.#peer;
    if (peer !== undefined)
      for (const chunk of chunks) {
        // A copy, so that the two ends share no memory, exactly as if they were in two processes.
        peer.#inbox.push(Uint8Array.prototype.slice.call(chunk));
        peer.#bytes += chunk.length;
      }
    done?.();
    if (peer === undefined) return true;
    peer.#schedule();
    this.#full = peer.#bytes >= HIGH_WATER_BYTES;
    return !this.#full;
  }

  end(): void {
    if (this.#peer === undefined) return;
    this.#peer.#peerEnded = true;
    this.#peer.#schedule();
  }

  destroy(): void {
    this.end();
    this.#inbox = [];
    this.#finish();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  ref(): void {
    // Memory has no handle that could keep the process alive for whoever waits.
    this.#keepAlive ??= startTimer(() => {}, Number.POSITIVE_INFINITY);
  }

  unref(): void {
    stopTimer(this.#keepAlive);
    this.#keepAlive = undefined;
  }

  #schedule(): void {
    if (this.#scheduled || this.#listener === undefined) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#deliver());
  }

  #deliver(): void {
    this.#scheduled = false;
    while (!this.#paused && this.#inbox.length > 0) {
      const chunk = this.#inbox.shift() as Uint8Array;
      this.#bytes -= chunk.length;
      this.#listener?.onData(chunk);
    }
    if (this.#bytes < HIGH_WATER_BYTES / 2 && this.#peer !== undefined) this.#peer.#roomAgain();
    if (this.#peerEnded && this.#inbox.length === 0) this.#finish();
  }

  #roomAgain(): void {
    if (!this.#full) return;
    this.#full = false;
    this.#listener?.onDrain();
  }

  #finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.unref();
    this.#listener?.onEnd(undefined);
  }
}
