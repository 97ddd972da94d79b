import type { MessagePort } from 'node:worker_threads';
import type { Transport, TransportListener } from './transport.js';

/** So many bytes may be under way before {@link PortTransport.write} asks to wait. */
const HIGH_WATER_BYTES = 1 << 20;
/** What was taken is acknowledged in such portions: a message for each message would double their number. */
const ACKNOWLEDGED_BYTES = HIGH_WATER_BYTES / 4;

/** What goes through the port: bytes, the count of bytes that were taken, or the end. */
type Message = readonly Uint8Array[] | number | null;

/** A transport over a message port, between threads of one process. The other end acknowledges what it took. */
export class PortTransport implements Transport {
  readonly #port: MessagePort;
  #listener: TransportListener | undefined;
  #underWay = 0;
  #taken = 0;
  #full = false;
  #paused = false;
  #held: (readonly Uint8Array[] | null)[] = [];
  #isRef = true;
  #ended = false;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  open(listener: TransportListener): void {
    this.#listener = listener;
    this.#port.on('message', (message: Message) => this.#receive(message));
    this.#port.on('close', () => this.#finish());
    // A listener for messages makes a port keep the program alive (Node's documentation of `port.ref()`).
    if (!this.#isRef) this.#port.unref();
  }

  write(chunks: readonly Uint8Array[], done?: () => void): boolean {
    // The port copies: a view of a large block would otherwise travel with the whole block.
    const copies = chunks.map((chunk) => Uint8Array.prototype.slice.call(chunk));
    for (const copy of copies) this.#underWay += copy.length;
    this.#port.postMessage(
      copies,
      copies.map((copy) => copy.buffer as ArrayBuffer),
    );
    done?.();
    this.#full = this.#underWay >= HIGH_WATER_BYTES;
    return !this.#full;
  }

  end(): void {
    this.#port.postMessage(null);
  }

  destroy(): void {
    this.#port.close();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    const held = this.#held;
    this.#held = [];
    for (const message of held) this.#receive(message);
  }

  ref(): void {
    this.#isRef = true;
    this.#port.ref();
  }

  unref(): void {
    this.#isRef = false;
    this.#port.unref();
  }

  #receive(message: Message): void {
    if (typeof message === 'number') return this.#acknowledge(message);
    if (this.#paused) {
      this.#held.push(message);
      return;
    }
    if (message === null) return this.#finish();
    for (const chunk of message) {
      this.#taken += chunk.length;
      this.#listener?.onData(chunk);
    }
    if (this.#taken < ACKNOWLEDGED_BYTES) return;
    this.#port.postMessage(this.#taken);
    this.#taken = 0;
  }

  #acknowledge(bytes: number): void {
    this.#underWay -= bytes;
    if (!this.#full || this.#underWay >= HIGH_WATER_BYTES / 2) return;
    this.#full = false;
    this.#listener?.onDrain();
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#listener?.onEnd(undefined);
  }
}
