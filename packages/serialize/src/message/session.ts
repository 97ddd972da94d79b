import {
  SERIALIZE_ERROR_CODES as CODES,
  type Decoder,
  type Encoder,
  type EncoderOptions,
  type Payload,
  SerializeError,
  type SessionOptions,
} from '@mp/codec';
import { ByteReader } from '../wire/byte-reader.js';
import { FLAG, HEADER_BYTES, openHeader, verify } from '../wire/envelope.js';
import type { PreparedBlobs } from './blobs.js';
import {
  authenticate,
  checkSize,
  DecoderState,
  type DecodeSettings,
  endOf,
  type Forgotten,
  type Opened,
  prepareOpened,
  readValue,
  withPlainBody,
} from './decode.js';
import { type EncodeSettings, MessageEncoder, type Place, seedOf } from './encode.js';

/** The sending end of a session: shapes, keys and code are said once. */
export class SessionEncoder implements Encoder {
  readonly #encoder: MessageEncoder;
  readonly #channel: string;
  readonly #blobs: PreparedBlobs | undefined;
  #epoch: number;
  #sequence = 0;

  constructor(settings: EncodeSettings, { epoch = 0, channel = '' }: EncoderOptions) {
    if (epoch >>> 0 !== epoch) throw new RangeError(`epoch must be an unsigned 32-bit integer; got ${String(epoch)}.`);
    this.#encoder = new MessageEncoder(settings, true);
    this.#blobs = settings.blobs;
    this.#epoch = epoch;
    this.#channel = channel;
  }

  get epoch(): number {
    return this.#epoch;
  }

  prepare(value: unknown): Promise<void> | undefined {
    return this.#blobs?.prepare(value);
  }

  encode(value: unknown, root = 'value'): Payload {
    const payload = this.#encoder.encode(value, root, {
      channel: this.#channel,
      epoch: this.#epoch,
      sequence: this.#sequence,
    });
    // Not 0 again: that is the first message of an epoch.
    this.#sequence = this.#sequence === 0xffff_ffff ? 16 : this.#sequence + 1;
    return payload;
  }

  reset(): void {
    this.#epoch = (this.#epoch + 1) >>> 0;
    this.#sequence = 0;
    this.#encoder.reset();
  }
}

/** The receiving end of a session. */
export class SessionDecoder implements Decoder {
  readonly #settings: DecodeSettings;
  readonly #channel: string;
  readonly #state = new DecoderState();
  #epoch = -1;
  #expected = 0;
  #synchronized = true;
  /** The last bits of an epoch of which a later message came before the first one. */
  #lost = -1;

  constructor(settings: DecodeSettings, { channel = '' }: SessionOptions) {
    this.#settings = settings;
    this.#channel = channel;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get synchronized(): boolean {
    return this.#synchronized;
  }

  prepare(given: Payload): Promise<void> | undefined {
    const { trust, engine } = this.#settings;
    if (engine.references === undefined || trust === 'untrusted') return undefined;
    const payload = withPlainBody(given);
    const opened = this.#peek(payload);
    return opened === undefined
      ? undefined
      : prepareOpened(opened, this.#settings, engine.references, this.#state.texts.slice());
  }

  /** Opens a message without taking its place in the session; `undefined` where there is nothing to prepare, or it will be refused. */
  #peek(payload: Payload): Opened | undefined {
    const { body } = payload;
    try {
      const { flags } = openHeader(body);
      if ((flags & (FLAG.session | FLAG.code | FLAG.tables)) !== (FLAG.session | FLAG.code | FLAG.tables))
        return undefined;
      const source = new ByteReader(body, HEADER_BYTES, endOf(body, flags));
      const place: Place =
        flags & FLAG.epoch
          ? { channel: this.#channel, epoch: source.uint(), sequence: 0 }
          : { channel: this.#channel, epoch: this.#epoch, sequence: this.#expected };
      verify(body, seedOf(place));
      const forgotten = readForgotten(source, flags);
      return { payload, flags, start: source.position, end: source.end, place, forgotten };
    } catch {
      return undefined;
    }
  }

  decode(payload: Payload): unknown {
    const opened = this.#take(withPlainBody(payload));
    if (opened.forgotten !== undefined) this.#state.forget(opened.forgotten);
    const state = this.#state;
    const shapes = state.shapes.length;
    const keys = state.keys.length;
    const texts = state.texts.length;
    try {
      return readValue(opened, this.#settings, state);
    } catch (error) {
      // The bytes are what the encoder wrote; what they define must be known, or later messages cannot be read.
      state.shapes.length = shapes;
      state.keys.length = keys;
      state.texts.length = texts;
      try {
        readValue(opened, this.#settings, state, true);
      } catch {
        this.#synchronized = false;
      }
      throw error;
    }
  }

  /** Opens a message and takes its place in the session. What fails here may have held definitions that are now lost. */
  #take(payload: Payload): Opened {
    const wasSynchronized = this.#synchronized;
    this.#synchronized = false;
    const { body } = payload;
    const { flags, position } = openHeader(body);
    if ((flags & FLAG.session) === 0) {
      throw new SerializeError(CODES.foreign, 'A one-shot payload was given to a session.');
    }
    checkSize(body, this.#settings.limits);
    const opened =
      flags & FLAG.epoch
        ? this.#first(payload, flags, wasSynchronized)
        : this.#next(payload, flags, position, wasSynchronized);
    this.#expected = this.#expected === 0xffff_ffff ? 16 : this.#expected + 1;
    this.#synchronized = true;
    return opened;
  }

  /** A message that begins an epoch. */
  #first(payload: Payload, flags: number, wasSynchronized: boolean): Opened {
    const { body } = payload;
    verify(body, 0);
    const end = endOf(body, flags);
    const source = new ByteReader(body, HEADER_BYTES, end);
    const epoch = source.uint();
    if (!isAfter(epoch, this.#epoch) || (epoch & 15) === this.#lost) {
      // A late message of an epoch that is over says nothing of the present one.
      this.#synchronized = wasSynchronized && epoch !== this.#epoch;
      throw new SerializeError(CODES.order, `The first message of epoch ${epoch} arrived in epoch ${this.#epoch}.`);
    }
    const place = { channel: this.#channel, epoch, sequence: 0 };
    const authentic = this.#authenticate(payload, flags, end, place);
    this.#epoch = epoch;
    this.#lost = -1;
    this.#expected = 0;
    this.#state.clear();
    return { payload, flags, start: source.position, end, place, authentic };
  }

  #next(payload: Payload, flags: number, position: number, wasSynchronized: boolean): Opened {
    const { body } = payload;
    const place: Place = { channel: this.#channel, epoch: this.#epoch, sequence: this.#expected };
    const expected = ((place.epoch & 15) << 4) | (place.sequence & 15);
    if (this.#epoch >= 0 && position >> 4 !== expected >> 4) {
      // Of an epoch that is over, or of one whose first message was lost; both must not change what is known.
      this.#synchronized = wasSynchronized && isOlder(position >> 4, this.#epoch);
      throw new SerializeError(CODES.order, `A message of another epoch arrived in epoch ${this.#epoch}.`);
    }
    // An epoch that is not known yet has lost its first message, or that one is late and worth nothing now.
    if (this.#epoch < 0) this.#lost = position >> 4;
    if (!wasSynchronized || this.#epoch < 0) {
      throw new SerializeError(
        CODES.state,
        'A message arrived, and one before it was lost or damaged.\nThe sending end must begin a new epoch.',
      );
    }
    if (position !== expected) {
      throw new SerializeError(
        CODES.order,
        `A message arrived out of its order in epoch ${this.#epoch}: number ${this.#expected} was expected.\nThe sending end must begin a new epoch.`,
      );
    }
    verify(body, seedOf(place));
    const end = endOf(body, flags);
    const source = flags & FLAG.forget ? new ByteReader(body, HEADER_BYTES, end) : undefined;
    const forgotten = source === undefined ? undefined : readForgotten(source, flags);
    return {
      payload,
      flags,
      start: source?.position ?? HEADER_BYTES,
      end,
      place,
      forgotten,
      authentic: this.#authenticate(payload, flags, end, place),
    };
  }

  #authenticate(payload: Payload, flags: number, end: number, place: Place): boolean {
    const { trust } = this.#settings;
    if (typeof trust !== 'object') return false;
    authenticate({ payload, flags, end, place }, trust.key);
    return true;
  }
}

function readForgotten(source: ByteReader, flags: number): Forgotten | undefined {
  return flags & FLAG.forget ? [source.uint(), source.uint(), source.uint()] : undefined;
}

/** Whether an epoch is later than the present one, with wrap-around at 2 ** 32 as in RFC 1982. */
function isAfter(epoch: number, present: number): boolean {
  return present === -1 || (epoch !== present && ((epoch - present) | 0) > 0);
}

/** Whether the last four bits of an epoch are those of one of the eight epochs before the present one. */
function isOlder(bits: number, present: number): boolean {
  const behind = ((present & 15) - bits) & 15;
  return behind > 0 && behind <= 8;
}
