import { deferred } from '../platform/deferred.js';
import { EOFError, PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { FRAME } from '../protocol/frames.js';
import { Later } from './marshal.js';

/** A message as it arrived. */
export interface Message {
  readonly kind: number;
  readonly body: Uint8Array;
  readonly buffers: readonly Uint8Array[];
}

/** Messages that wait to be received before the other end has to wait. */
const MAX_WAITING = 64;

interface Receiver {
  /** The kind of frame that is wanted; undefined takes any. */
  readonly kind: number | undefined;
  /** Makes the message into what the receiver wants, or into a promise of it. */
  readonly take: (message: Message) => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** What an {@link Inbox} asks of the connection whose messages it holds. */
export interface InboxOwner {
  pause(): void;
  resume(): void;
  /** Whether somebody waits for a message changed. */
  onWaitingChanged(): void;
}

/** The messages that arrived and were not received, and the receivers that wait for some. One of the two is empty. */
export class Inbox {
  readonly #owner: InboxOwner;
  readonly #messages: Message[] = [];
  readonly #receivers: Receiver[] = [];
  readonly #watchers = new Set<() => void>();
  #isTaking = false;
  #ended: { readonly error: Error | undefined } | undefined;

  constructor(owner: InboxOwner) {
    this.#owner = owner;
  }

  /** Whether receiving would not wait: there is a message, or the end. */
  get isReady(): boolean {
    return this.#messages.length > 0 || this.#ended !== undefined;
  }

  /** Whether somebody waits. */
  get isAwaited(): boolean {
    return this.#receivers.length > 0 || this.#watchers.size > 0 || this.#isTaking;
  }

  /** Whether the other end is gone. */
  get ended(): { readonly error: Error | undefined } | undefined {
    return this.#ended;
  }

  /** Adds a message. */
  push(message: Message): void {
    this.#messages.push(message);
    if (this.#messages.length >= MAX_WAITING) this.#owner.pause();
    this.#pump();
    this.#notify();
  }

  /** No message will follow. */
  end(error: Error | undefined): void {
    if (this.#ended !== undefined) return;
    this.#ended = { error };
    this.#pump();
    this.#notify();
  }

  /** Drops everything: nobody will receive it. Whoever waits gets `error`. */
  clear(error: Error): void {
    this.#messages.length = 0;
    this.#fail(error);
    this.#notify();
  }

  /** Gives what arrived here, and was not received, to another inbox. */
  moveTo(other: Inbox): void {
    other.#messages.push(...this.#messages.splice(0));
    other.#ended = this.#ended;
  }

  /** Receives the next message, of one kind or of any. */
  receive<T>(kind: number | undefined, take: (message: Message) => unknown): Promise<T> {
    const { promise, resolve, reject } = deferred<T>();
    this.#receivers.push({ kind, take, resolve, reject });
    this.#pump();
    return promise;
  }

  /** Calls `watcher` when {@link isReady} becomes true. @returns A function that takes the request back. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    this.#owner.onWaitingChanged();
    return () => {
      this.#watchers.delete(watcher);
      this.#owner.onWaitingChanged();
    };
  }

  #notify(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** Brings messages and receivers together, in order, one message at a time. */
  #pump(): void {
    while (!this.#isTaking && this.#receivers.length > 0 && this.#messages.length > 0) {
      const receiver = this.#receivers.shift() as Receiver;
      const message = this.#messages[0] as Message;
      if (receiver.kind !== undefined && message.kind !== receiver.kind)
        receiver.reject(messageKindError(message.kind));
      else this.#hand(receiver);
    }
    if (this.#ended !== undefined && this.#messages.length === 0 && !this.#isTaking)
      this.#fail(this.#ended.error ?? new EOFError());
    this.#owner.onWaitingChanged();
  }

  #hand(receiver: Receiver): void {
    const message = this.#messages.shift() as Message;
    if (this.#messages.length < MAX_WAITING / 2) this.#owner.resume();
    try {
      const value = receiver.take(message);
      if (value instanceof Later) this.#handLater(receiver, value.promise);
      else receiver.resolve(value as never);
    } catch (error) {
      receiver.reject(error);
    }
  }

  #handLater(receiver: Receiver, promise: Promise<unknown>): void {
    this.#isTaking = true;
    promise.then(receiver.resolve as (value: unknown) => void, receiver.reject).then(() => {
      this.#isTaking = false;
      this.#pump();
    });
  }

  #fail(error: Error): void {
    for (const receiver of this.#receivers.splice(0)) receiver.reject(error);
  }
}

function messageKindError(kind: number): ProcessError {
  return new ProcessError(
    PROCESS_ERROR_CODES.messageKind,
    kind === FRAME.bytes
      ? 'The next message is bytes: receive it with `recvBytes`.'
      : 'The next message is a value: receive it with `recv`.',
  );
}
