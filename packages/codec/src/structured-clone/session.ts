import type { Decoder, Encoder } from '../codec.js';
import type { EncoderOptions, SessionOptions } from '../context.js';
import type { Payload } from '../payload.js';
import { checkEpoch, type ResolvedContext } from '../resolve-context.js';
import { SERIALIZE_ERROR_CODES as CODES, SerializeError } from '../serialize-error.js';
import { Message, type TagReader } from './reader.js';
import { TagWriter } from './tag-table.js';
import { bindingOf, writeMessage } from './writer.js';

/** The sending end of a structured-clone session. What it has said once are reducers' tags. */
export class StructuredCloneEncoder implements Encoder {
  readonly #context: ResolvedContext;
  readonly #tags: TagWriter;
  readonly #channel: string;
  #epoch: number;
  #sequence = 0;
  #encoding = false;

  constructor(context: ResolvedContext, { epoch, channel = '' }: EncoderOptions) {
    this.#context = context;
    this.#channel = channel;
    this.#tags = new TagWriter(context.limits.maxSessionEntries);
    this.#epoch = checkEpoch(epoch);
  }

  get epoch(): number {
    return this.#epoch;
  }

  prepare(): undefined {
    return undefined;
  }

  encode(value: unknown, root = 'value'): Payload {
    this.#refuseReentry();
    this.#encoding = true;
    try {
      return this.#write(value, root);
    } finally {
      this.#encoding = false;
    }
  }

  #refuseReentry(): void {
    if (this.#encoding) throw new SerializeError(CODES.order, 'The encoder was used by a reducer while it encodes.');
  }

  #write(value: unknown, root: string): Payload {
    const payload = writeMessage(value, this.#context, root, this.#tags, {
      channel: this.#channel,
      epoch: this.#epoch,
      sequence: this.#sequence,
    });
    this.#sequence = (this.#sequence + 1) >>> 0;
    return payload;
  }

  reset(): void {
    this.#refuseReentry();
    this.#epoch = (this.#epoch + 1) >>> 0;
    this.#sequence = 0;
    this.#tags.clear();
  }
}

/** The receiving end of a structured-clone session. */
export class StructuredCloneDecoder implements Decoder {
  readonly #context: ResolvedContext;
  readonly #tags: TagReader = new Map();
  readonly #channel: string;
  #epoch = -1;
  #expected = 0;
  #synchronized = true;

  constructor(context: ResolvedContext, { channel = '' }: SessionOptions) {
    this.#context = context;
    this.#channel = channel;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get synchronized(): boolean {
    return this.#synchronized;
  }

  prepare(): undefined {
    return undefined;
  }

  decode(payload: Payload): unknown {
    const message = this.#take(payload);
    try {
      return message.revive(this.#tags, this.#context.trust !== 'untrusted');
    } catch (error) {
      if (error instanceof SerializeError && error.code === CODES.damaged) this.#synchronized = false;
      throw error;
    }
  }

  /** Opens a message and takes its place in the session. What fails here may have held definitions that are now lost. */
  #take(payload: Payload): Message {
    const wasSynchronized = this.#synchronized;
    this.#synchronized = false;
    const message = new Message(payload, this.#context);
    const { position } = message;
    if (position === undefined) throw new SerializeError(CODES.foreign, 'A one-shot payload was given to a session.');
    if (
      typeof this.#context.trust === 'object' &&
      !message.isSignedFor(bindingOf({ ...position, channel: this.#channel }))
    ) {
      throw new SerializeError(
        CODES.signature,
        `Message ${describe(position)} is not signed with this key for this channel.`,
      );
    }
    if (isAfter(position.epoch, this.#epoch)) this.#begin(position.epoch);
    else if (position.epoch !== this.#epoch) {
      // A late message of an epoch that is over says nothing of the present one.
      this.#synchronized = wasSynchronized;
      throw new SerializeError(CODES.order, `A message of epoch ${position.epoch} arrived in epoch ${this.#epoch}.`);
    } else if (!wasSynchronized) {
      throw new SerializeError(
        CODES.state,
        `Message ${describe(position)} follows a message that was lost or damaged.\nThe sending end must begin a new epoch.`,
      );
    }
    if (position.sequence !== this.#expected) {
      throw new SerializeError(
        CODES.order,
        `Message ${describe(position)} arrived, and ${this.#expected} was expected.\nThe sending end must begin a new epoch.`,
      );
    }
    message.take(this.#tags);
    this.#expected = (this.#expected + 1) >>> 0;
    this.#synchronized = true;
    return message;
  }

  #begin(epoch: number): void {
    this.#epoch = epoch;
    this.#expected = 0;
    this.#tags.clear();
  }
}

/** Whether an epoch is later than the present one, with wrap-around at 2 ** 32 as in RFC 1982. */
function isAfter(epoch: number, present: number): boolean {
  return present === -1 || (epoch !== present && ((epoch - present) | 0) > 0);
}

function describe({ epoch, sequence }: { readonly epoch: number; readonly sequence: number }): string {
  return `${sequence} of epoch ${epoch}`;
}
