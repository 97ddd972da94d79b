import type { Decoder, Encoder } from '../codec.js';
import type { Payload } from '../payload.js';
import type { ResolvedContext } from '../resolve-context.js';
import { SERIALIZE_ERROR_CODES as CODES, SerializeError } from '../serialize-error.js';
import { Message, type TagReader } from './reader.js';
import { TagWriter } from './tag-table.js';
import { type SessionPosition, writeMessage } from './writer.js';

/** The sending end of a structured-clone session. What it has said once are reducers' tags. */
export class StructuredCloneEncoder implements Encoder {
  readonly #context: ResolvedContext;
  readonly #tags: TagWriter;
  #epoch: number;
  #sequence = 0;

  constructor(context: ResolvedContext, epoch: number) {
    this.#context = context;
    this.#tags = new TagWriter(context.limits.maxSessionEntries);
    this.#epoch = epoch;
  }

  get epoch(): number {
    return this.#epoch;
  }

  prepare(): undefined {
    return undefined;
  }

  encode(value: unknown, root = 'value'): Payload {
    const payload = writeMessage(value, this.#context, root, this.#tags, {
      epoch: this.#epoch,
      sequence: this.#sequence,
    });
    this.#sequence++;
    return payload;
  }

  reset(): void {
    this.#epoch = (this.#epoch + 1) >>> 0;
    this.#sequence = 0;
    this.#tags.clear();
  }
}

/** The receiving end of a structured-clone session. */
export class StructuredCloneDecoder implements Decoder {
  readonly #context: ResolvedContext;
  readonly #tags: TagReader = new Map();
  #epoch = -1;
  #expected = 0;
  #synchronized = true;

  constructor(context: ResolvedContext) {
    this.#context = context;
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
    return this.#take(payload).read(this.#tags);
  }

  /** Opens a message and takes its place in the session. What fails here may have held definitions that are now lost. */
  #take(payload: Payload): Message {
    const wasSynchronized = this.#synchronized;
    this.#synchronized = false;
    const message = new Message(payload, this.#context);
    const { position } = message;
    if (position === undefined) throw new SerializeError(CODES.foreign, 'A one-shot payload was given to a session.');
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
    this.#expected++;
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

function describe({ epoch, sequence }: SessionPosition): string {
  return `${sequence} of epoch ${epoch}`;
}
