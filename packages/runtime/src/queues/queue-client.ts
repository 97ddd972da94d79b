import { claim, type Ticket } from '../channel/broker.js';
import type { FrameChannel } from '../channel/frame-channel.js';
import { endBeforeExit } from '../channel/leave-taking.js';
import { type FreeSender, noteArrived, noteUnanswered } from '../channel/unanswered.js';
import { type Deferred, deferred } from '../platform/deferred.js';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { FRAME } from '../protocol/frames.js';
import { QUEUE_HEADER_BYTES, QUEUE_REPLY, QUEUE_REQUEST, queueFrame } from './queue-protocol.js';
import type { QueueItem } from './queue-server.js';

/** A producer that never waits would write at the end of its turn only: so many items leave together at the latest. */
const ADDS_PER_WRITE = 128;

/** How a request was answered. */
export interface QueueReply {
  readonly answer: number;
  readonly item: QueueItem;
}

/** A queue of another process, as this process reaches it. One channel serves everybody here. */
export class QueueClient implements FreeSender {
  readonly ticket: Ticket;
  readonly #channel: FrameChannel;
  readonly #waiting = new Map<number, Deferred<QueueReply>>();
  #nextRequest = 1;
  #unwritten = 0;
  /** The number of the request that came after the last item that was added; an answer to it or a later one says that all arrived. */
  #addedBefore: number | undefined;

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

  /** Puts an item without asking for an answer. */
  add(item: QueueItem): void {
    if (!this.#channel.isOpen) throw goneError();
    this.#send(QUEUE_REQUEST.add, 0, item);
    if (this.#addedBefore === undefined) noteUnanswered(this);
    this.#addedBefore = this.#nextRequest;
    if (++this.#unwritten < ADDS_PER_WRITE) return;
    this.#unwritten = 0;
    this.#channel.flush();
  }

  /** Resolves when what was added is in the queue, or the queue is gone. */
  arrived(): Promise<unknown> {
    return this.ask(QUEUE_REQUEST.size).reply.catch(() => {});
  }

  /** Whether who added an item should wait for {@link drained}: it is not on its way yet. */
  get isFull(): boolean {
    return this.#channel.isFull || this.#channel.isHeld;
  }

  /** Resolves when what was added is on its way, and there is room for more. */
  drained(): Promise<void> {
    return this.#channel.isHeld ? this.#channel.written() : this.#channel.drained();
  }

  /** The request is not wanted any more. It is answered nevertheless: granted, or withdrawn. */
  withdraw(request: number): void {
    this.#send(QUEUE_REQUEST.withdraw, request);
  }

  #send(what: number, request: number, item?: QueueItem): void {
    const frame = queueFrame(what, request, item);
    this.#channel.send(FRAME.request, frame, item?.buffers, true);
  }

  #onReply(bytes: Uint8Array, buffers: readonly Uint8Array[]): void {
    const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const request = body.readUInt32LE(0);
    const answer = body.readUInt32LE(4);
    if (this.#addedBefore !== undefined && request >= this.#addedBefore) this.#allArrived();
    const waiting = this.#waiting.get(request);
    this.#waiting.delete(request);
    if (this.#waiting.size === 0) this.#channel.unref();
    if (answer === QUEUE_REPLY.item) this.#send(QUEUE_REQUEST.received, request);
    waiting?.resolve({ answer, item: { body: body.subarray(QUEUE_HEADER_BYTES), buffers } });
  }

  #allArrived(): void {
    this.#addedBefore = undefined;
    noteArrived(this);
  }

  #onEnd(error: Error | undefined): void {
    this.#allArrived();
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
