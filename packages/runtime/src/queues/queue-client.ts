import { claim, type Ticket } from '../channel/broker.js';
import type { FrameChannel } from '../channel/frame-channel.js';
import { endBeforeExit } from '../channel/leave-taking.js';
import { type Deferred, deferred } from '../platform/deferred.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { FRAME } from '../protocol/frames.js';
import { QUEUE_HEADER_BYTES, QUEUE_REPLY, QUEUE_REQUEST } from './queue-protocol.js';
import type { QueueItem } from './queue-server.js';

/** How a request was answered. */
export interface QueueReply {
  readonly answer: number;
  readonly item: QueueItem;
}

/** A queue of another process, as this process reaches it. One channel serves everybody here. */
export class QueueClient {
  readonly ticket: Ticket;
  readonly #channel: FrameChannel;
  readonly #waiting = new Map<number, Deferred<QueueReply>>();
  #nextRequest = 1;

  constructor(ticket: Ticket) {
    this.ticket = ticket;
    this.#channel = claim(ticket);
    this.#channel.unref();
    this.#channel.setHandler({
      onFrame: (kind, body, buffers) => {
        if (kind === FRAME.reply) this.#onReply(body, buffers);
      },
      onEnd: (error) => this.#onEnd(error),
    });
    endBeforeExit(this.#channel);
  }

  /** Asks, and waits for the answer. The process stays alive until it is there. */
  ask(what: number, item?: QueueItem): { readonly request: number; readonly reply: Promise<QueueReply> } {
    const request = this.#nextRequest++;
    const waiting = deferred<QueueReply>();
    if (!this.#channel.isOpen) waiting.reject(goneError());
    else {
      this.#waiting.set(request, waiting);
      this.#channel.ref();
      this.#send(what, request, item);
    }
    return { request, reply: waiting.promise };
  }

  /** Resolves when there is room to send more. */
  drained(): Promise<void> {
    return this.#channel.drained();
  }

  /** The request is not wanted any more. It is answered nevertheless: granted, or withdrawn. */
  withdraw(request: number): void {
    this.#send(QUEUE_REQUEST.withdraw, request);
  }

  #send(what: number, request: number, item?: QueueItem): void {
    const body = Buffer.allocUnsafe(QUEUE_HEADER_BYTES + (item?.body.length ?? 0));
    body.writeUInt32LE(what, 0);
    body.writeUInt32LE(request, 4);
    if (item !== undefined) body.set(item.body, QUEUE_HEADER_BYTES);
    this.#channel.send(FRAME.request, body, item?.buffers, true);
  }

  #onReply(bytes: Uint8Array, buffers: readonly Uint8Array[]): void {
    const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const request = body.readUInt32LE(0);
    const answer = body.readUInt32LE(4);
    const waiting = this.#waiting.get(request);
    this.#waiting.delete(request);
    if (this.#waiting.size === 0) this.#channel.unref();
    if (answer === QUEUE_REPLY.item) this.#send(QUEUE_REQUEST.received, request);
    waiting?.resolve({ answer, item: { body: Uint8Array.from(body.subarray(QUEUE_HEADER_BYTES)), buffers } });
  }

  #onEnd(error: Error | undefined): void {
    for (const waiting of this.#waiting.values()) waiting.reject(goneError(error));
    this.#waiting.clear();
    this.#channel.unref();
  }
}

function goneError(cause?: Error): ProcessError {
  return new ProcessError(
    PROCESS_ERROR_CODES.brokenPipe,
    'The process in which the queue was made is gone, and the queue with it.',
    cause === undefined ? undefined : { cause },
  );
}
