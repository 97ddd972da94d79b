import {
  SERIALIZE_ERROR_CODES as CODES,
  type CodecLimits,
  type Payload,
  type Reducer,
  SerializeError,
  type Trust,
} from '@mp/codec';
import { Foundations, TooDeep } from '../graph/depth.js';
import type { TextWriter } from '../graph/meta.js';
import { ShapeTable } from '../graph/shape-table.js';
import { needsTables, writeTables } from '../graph/tables.js';
import type { WalkContext, WalkObserver } from '../graph/walk-context.js';
import { GraphWriter } from '../graph/writer.js';
import type { Capture } from '../model/ports.js';
import { Refusal } from '../model/refusal.js';
import { FLAG, HEADER_BYTES, seal } from '../wire/envelope.js';
import type { PreparedBlobs } from './blobs.js';
import { edgesOf } from './edges.js';
import type { CodeEngine } from './engine.js';
import { type Location, locate } from './locate.js';
import { SessionTexts } from './session-texts.js';
import { shareMemory } from './shared-memory.js';
import { SIGNATURE_BYTES, sign } from './signature.js';

/** What an encoder is given, all filled in. */
export interface EncodeSettings {
  readonly engine: CodeEngine;
  readonly reducers: readonly Reducer[];
  readonly trust: Trust;
  readonly limits: CodecLimits;
  readonly outOfBandBytes: number;
  readonly attachments: boolean;
  /** Who is at the other end, for reducers. */
  readonly peer?: unknown;
  /** Whether objects keep their identity. */
  readonly identity: boolean;
  /** Whether each object is asked for symbol keys, accessors and attributes. */
  readonly exact: boolean;
  readonly canonical: boolean;
  /** Looks on as values are walked. */
  readonly observer?: WalkObserver | undefined;
  /** Bytes of Blobs, where the caller can wait for them to be read. */
  readonly blobs?: PreparedBlobs | undefined;
  /** Whether shared memory may be named by a key of this thread: only where it will be decoded here. */
  readonly sharesMemory: boolean;
}

/** A message's place in a session. */
export interface Place {
  /** What both ends call this direction of this channel. */
  readonly channel: string;
  readonly epoch: number;
  readonly sequence: number;
}

/** Encodes values, one after the other. A session keeps one of its own; one-shot calls share them. */
export class MessageEncoder {
  readonly #settings: EncodeSettings;
  readonly #shapes: ShapeTable;
  readonly #texts: SessionTexts | undefined;
  readonly #writer: GraphWriter;
  #capture: Capture | undefined;
  #attachments: unknown[] = [];
  /** What to call if the payload is never sent. */
  #abandons: (() => void)[] = [];
  #root: unknown;
  /** What of the present value is written in front of it. */
  #first: Foundations | undefined;
  #rootName = 'value';
  /** How much the decoder is to forget with the next message: keys, shapes and texts. */
  #forget: readonly number[] | undefined;
  /** Blobs of the present value: those whose bytes are there, and those whose bytes must be read first. */
  #blobs: object[] = [];
  #missing = 0;

  constructor(settings: EncodeSettings, session: boolean) {
    this.#settings = settings;
    this.#shapes = new ShapeTable(session);
    this.#texts = session ? new SessionTexts() : undefined;
    const { engine } = settings;
    const port = engine.capture;
    const context: WalkContext = {
      identity: settings.identity,
      exact: settings.exact,
      session,
      reducers: settings.reducers,
      reduction: {
        kind: session ? 'session' : 'one-shot',
        peer: settings.peer,
        attach: (resource, abandon) => {
          if (abandon !== undefined) this.#abandons.push(abandon);
          return this.#attach(resource);
        },
      },
      capture: port === undefined ? undefined : () => (this.#capture ??= port.begin(settings.canonical)),
      references: engine.references,
      introspection: engine.introspection,
      blobs: settings.blobs === undefined ? undefined : { get: (blob) => this.#bytesOf(blob, settings.blobs!) },
      canonical: settings.canonical,
      observer: settings.observer,
      pathOf: (fn) => this.pathOf(fn),
      holderOf: (fn) => this.#search(fn)?.holder,
    };
    this.#writer = new GraphWriter(context, this.#shapes);
  }

  /** Encodes a value. @throws SerializeError; the encoder is then as it was. */
  encode(value: unknown, rootName: string, place: Place | undefined): Payload {
    try {
      for (;;) {
        const payload = this.#tryEncode(value, rootName, place);
        if (payload !== undefined) return payload;
      }
    } finally {
      this.#writer.forgetValue();
      this.#first = undefined;
      if (this.#attachments.length > 0) this.#attachments = [];
      if (this.#abandons.length > 0) this.#abandons = [];
    }
  }

  /** @returns `undefined` where it must be tried again: each time more is known of the value. */
  #tryEncode(value: unknown, rootName: string, place: Place | undefined): Payload | undefined {
    const writer = this.#writer;
    this.#root = value;
    this.#rootName = rootName;
    const session = place !== undefined;
    // The last message was encoded and not sent as long as this stands, so the decoder has not forgotten yet.
    if (session && place.sequence > 0) this.#forget ??= this.#forgetOldest();
    const forget = this.#forget;
    try {
      writer.begin();
      writer.out.position = HEADER_BYTES;
      if (place?.sequence === 0) writer.out.uint(place.epoch);
      if (forget !== undefined) for (const count of forget) writer.out.uint(count);
      writer.write(value, this.#first);
      if (writer.wantsAgain() && this.#settings.observer === undefined) throw AGAIN;
      if (this.#missing > 0) throw notPrepared(rootName);
      const payload = this.#finish(place, forget !== undefined);
      if (this.#blobs.length > 0) this.#settings.blobs!.release(this.#blobs);
      if (session) {
        this.#shapes.commit();
        this.#texts!.commit();
        this.#forget = undefined;
      }
      return payload;
    } catch (error) {
      this.#shapes.rollback();
      this.#texts?.rollback();
      const failure = this.#retry(error);
      if (failure === undefined) return undefined;
      for (const abandon of this.#abandons) abandon();
      throw this.explain(failure);
    } finally {
      writer.end();
      if (!session) this.#shapes.clear();
      this.#capture = undefined;
      if (this.#blobs.length > 0) this.#blobs = [];
      this.#missing = 0;
      this.#root = undefined;
    }
  }

  /** What is wrong with the value; nothing where the attempt told what to do in the next one. */
  #retry(error: unknown): unknown {
    if (error === AGAIN) return undefined;
    if (!(error instanceof TooDeep)) return error;
    try {
      this.#first ??= new Foundations();
      this.#first.add(error.object);
      return undefined;
    } catch (refusal) {
      return refusal;
    }
  }

  /** Goes on without the bytes that are missing, so that all of them are asked for at once. */
  #bytesOf(blob: object, prepared: PreparedBlobs): Uint8Array {
    const bytes = prepared.get(blob);
    if (bytes === undefined) this.#missing++;
    else this.#blobs.push(blob);
    return bytes ?? NO_BYTES;
  }

  /** Begins anew: the decoder knows nothing. */
  reset(): void {
    this.#shapes.clear();
    this.#texts?.clear();
    this.#forget = undefined;
  }

  /** Forgets the oldest of what the session knows, where it knows too much. */
  #forgetOldest(): readonly number[] | undefined {
    const texts = this.#texts!;
    const size = this.#shapes.size + texts.size;
    const limit = this.#settings.limits.maxSessionEntries;
    if (size <= limit) return undefined;
    const share = limit / 2 / size;
    const { keys, shapes } = this.#shapes.forgetOldest(share);
    return [keys, shapes, texts.forgetOldest(share)];
  }

  #finish(place: Place | undefined, forgets: boolean): Payload {
    const writer = this.#writer;
    const { out } = writer;
    const { trust, attachments, outOfBandBytes, limits } = this.#settings;
    const buffers: Uint8Array[] = [];
    let flags =
      (writer.refersBack ? FLAG.refersBack : 0) |
      (writer.hasCode ? FLAG.code : 0) |
      (forgets ? FLAG.forget : 0) |
      (place === undefined ? 0 : FLAG.session | (place.sequence === 0 ? FLAG.epoch : 0));
    if (needsTables(writer)) {
      flags |= FLAG.tables;
      const attach = attachments ? (buffer: SharedArrayBuffer) => this.#attach(buffer) : undefined;
      writeTables(
        writer,
        { outOfBandBytes, attach, share: this.#settings.sharesMemory ? shareMemory : refuseSharing },
        buffers,
        this.#texts ?? NO_TEXTS,
      );
    }
    // In a session plain messages are signed, too: they bring state that later ones with code stand on.
    const signs = typeof trust === 'object' && (writer.hasCode || place !== undefined);
    if (signs) {
      flags |= FLAG.signed;
      out.ensure(SIGNATURE_BYTES);
      out.bytes[out.position] = 0xc4;
      out.bytes[out.position + 1] = SIGNATURE_BYTES - 2;
    }
    const length = out.position + (signs ? SIGNATURE_BYTES : 0);
    if (length > limits.maxBodyBytes) {
      throw new Refusal(
        this.#root,
        `it takes more than ${limits.maxBodyBytes} bytes`,
        'Raise `limits.maxBodyBytes`.',
        CODES.limit,
      );
    }
    out.position = length;
    const body = place === undefined ? out.release() : out.bytes.subarray(0, length);
    const position = place === undefined ? 0 : ((place.epoch & 15) << 4) | (place.sequence & 15);
    if (signs) {
      const unsigned = body.subarray(HEADER_BYTES, length - SIGNATURE_BYTES + 2);
      body.set(sign(unsigned, buffers, trust.key, purposeOf(place, flags)), length - SIGNATURE_BYTES + 2);
    }
    seal(body, flags, position, seedOf(place));
    const abandons = this.#abandons;
    if (abandons.length === 0) return { body, buffers, attachments: this.#attachments };
    return {
      body,
      buffers,
      attachments: this.#attachments,
      abandon: () => abandons.splice(0).forEach((abandon) => void abandon()),
    };
  }

  #attach(resource: unknown): number {
    if (!this.#settings.attachments) {
      throw new SerializeError(
        CODES.attachment,
        'A resource that is not bytes cannot travel here: the channel carries no attachments.',
      );
    }
    return this.#attachments.push(resource) - 1;
  }

  /** Where a part of the present value is. */
  pathOf(target: unknown): string {
    return this.#search(target)?.path ?? this.#nowhere;
  }

  get #nowhere(): string {
    return `${this.#rootName} (somewhere inside)`;
  }

  #search(target: unknown): Location | undefined {
    const { functions, reduced } = this.#writer;
    const edges = edgesOf(functions.batches, reduced);
    return locate(this.#root, target, this.#rootName, edges);
  }

  /** The error for the user. */
  explain(error: unknown): unknown {
    if (error instanceof Refusal) {
      if (error.target === undefined) return error.toError(this.#rootName);
      const found = this.#search(error.target);
      return error.toError(found?.path ?? this.#nowhere, found?.note);
    }
    if (
      error instanceof RangeError &&
      /call stack|Invalid (array|typed array) length|Array buffer allocation/.test(error.message)
    ) {
      return new SerializeError(CODES.limit, `${this.#rootName} is too large or too deep to be serialized here.`, {
        path: this.#rootName,
        cause: error,
      });
    }
    return error;
  }
}

/** The value is to be written once more. */
const AGAIN = Symbol('again');

const NO_BYTES = new Uint8Array(0);

function notPrepared(rootName: string): SerializeError {
  return new SerializeError(
    CODES.prepare,
    `${rootName} holds a Blob or File, whose bytes must be read first.\nAwait \`prepareEncode\` of the codec or \`prepare\` of the encoder, and try again.`,
  );
}

function refuseSharing(buffer: SharedArrayBuffer): never {
  throw new Refusal(
    buffer,
    'it is shared memory, and the channel carries bytes only',
    'Send a copy of it, or use the shared memory of the runtime.',
    CODES.attachment,
  );
}

const NO_TEXTS: TextWriter = { indexOf: () => undefined };

/** What the checksum starts from: a message out of its place does not pass. */
export function seedOf(place: Place | undefined): number {
  // The first message of an epoch names its epoch itself.
  return place === undefined || place.sequence === 0
    ? 0
    : (Math.imul(place.epoch + 1, 0x9e3779b1) ^ place.sequence) >>> 0;
}

/** What the signature covers besides the bytes: a signed payload cannot be played again for another purpose or in another place. */
export function purposeOf(place: Place | undefined, flags: number): string {
  const use =
    place === undefined
      ? 'one-shot'
      : `session ${place.epoch} ${place.sequence} ${place.channel.length} ${place.channel}`;
  return `mp.serialize/1 ${flags} ${use}\n`;
}
