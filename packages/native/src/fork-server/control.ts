import { addon } from '../addon.js';
import { closeDescriptor, setNonBlocking } from '../system/descriptors.js';
import { WATCH_EVENTS, Watcher } from '../system/watcher.js';
import { decodeHead, HEAD_BYTES, MAX_PACKET_BYTES, type PacketHead } from './protocol.js';

/** A packet of the server. */
export interface ReceivedPacket extends PacketHead {
  readonly body: Buffer;
  readonly descriptors: number[];
}

interface OutgoingPacket {
  readonly bytes: Buffer;
  readonly descriptors: readonly number[];
  readonly onSent: () => void;
}

/**
 * The client's end of the control pair: packets out in order, packets in as they come.
 *
 * Both directions are non-blocking: a server that is busy forking makes packets wait here, not this process.
 */
export class ControlChannel {
  readonly #fd: number;
  readonly #watcher: Watcher;
  readonly #outgoing: OutgoingPacket[] = [];
  readonly #buffer: Buffer = Buffer.alloc(MAX_PACKET_BYTES);
  readonly #onPacket: (packet: ReceivedPacket) => void;
  readonly #onEnd: () => void;
  #open = true;

  /**
   * @param fd - The client's end, which belongs to the channel from now on.
   * @param onEnd - The server is gone. Called once, and not after {@link ControlChannel.close}.
   */
  constructor(fd: number, onPacket: (packet: ReceivedPacket) => void, onEnd: () => void) {
    this.#fd = fd;
    this.#onPacket = onPacket;
    this.#onEnd = onEnd;
    setNonBlocking(fd, true);
    this.#watcher = new Watcher(fd, (events) => this.#onReady(events));
    this.#watcher.watch(WATCH_EVENTS.readable);
  }

  /**
   * Sends a packet, now or when the server takes it.
   *
   * @param onSent - The descriptors are the server's too by now, or will never be; they may be closed here.
   */
  send(bytes: Buffer, descriptors: readonly number[], onSent: () => void): void {
    this.#outgoing.push({ bytes, descriptors, onSent });
    if (this.#outgoing.length === 1) this.#flush();
  }

  /** Whether waiting for packets keeps this process alive. */
  setReferenced(on: boolean): void {
    if (on) this.#watcher.ref();
    else this.#watcher.unref();
  }

  /** Delivers what the server said before it ended. */
  drain(): void {
    while (this.#open && this.#receive());
  }

  /** Closes this end. The server sees it, and ends with all its children. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#watcher.close();
    closeDescriptor(this.#fd);
    for (const { onSent } of this.#outgoing.splice(0)) onSent();
  }

  #onReady(events: number): void {
    if ((events & WATCH_EVENTS.writable) !== 0) this.#flush();
    while (this.#open && this.#receive());
  }

  #receive(): boolean {
    let received: [number, number, ...number[]];
    try {
      received = addon().receiveMessage(this.#fd, this.#buffer);
    } catch {
      // ECONNRESET: the server ended with packets of ours unread.
      received = [0, 0];
    }
    const [length, , ...descriptors] = received;
    if (length < 0) return false;
    if (length < HEAD_BYTES) {
      this.close();
      this.#onEnd();
      return false;
    }
    const packet = Buffer.from(this.#buffer.subarray(0, length));
    this.#onPacket({ ...decodeHead(packet), body: packet.subarray(HEAD_BYTES), descriptors });
    return true;
  }

  #flush(): void {
    while (this.#open && this.#outgoing.length > 0) {
      const { bytes, descriptors, onSent } = this.#outgoing[0] as OutgoingPacket;
      try {
        if (addon().sendMessage(this.#fd, bytes, descriptors) < 0) break;
      } catch {
        // EPIPE: reading tells the end, and what else came before it.
      }
      this.#outgoing.shift();
      onSent();
    }
    if (!this.#open) return;
    const writable = this.#outgoing.length > 0 ? WATCH_EVENTS.writable : 0;
    this.#watcher.watch(WATCH_EVENTS.readable | writable);
  }
}
