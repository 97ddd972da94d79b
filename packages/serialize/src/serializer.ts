import type { Decoder, Encoder, Payload, Reducer } from '@mp/codec';
import { SERIALIZE_ERROR_CODES, SerializeError } from '@mp/codec';
import { explainValue } from './explain.js';
import type { Explanation } from './explanation.js';
import { PreparedBlobs } from './message/blobs.js';
import { type DecodeSettings, decodePayload, prepareReferences } from './message/decode.js';
import { type EncodeSettings, MessageEncoder } from './message/encode.js';
import type { CodeEngine } from './message/engine.js';
import { SessionDecoder, SessionEncoder } from './message/session.js';
import { crypto, fileSystemPromises } from './model/platform.js';
import { type ResolvedSerializeOptions, resolveSerializeOptions, type SerializeOptions } from './options.js';
import { readPlain } from './plain/read.js';
import { writePlain } from './plain/write.js';
import { decodeStream, encodeStream } from './stream.js';
import { HEADER_BYTES } from './wire/envelope.js';

/** How a class that one does not own travels. */
export interface ClassReduction<T extends object, D> {
  /** Names the class on the wire. The class's name by default; two classes need two names. */
  readonly tag?: string | undefined;
  /** Says what to send: any value that can travel. */
  reduce(instance: T): D;
  /** Makes the instance again. */
  revive(data: D): T;
}

/**
 * Values to bytes and back, with options and registrations of its own.
 *
 * @example
 * const serializer = new Serializer({ key });
 * serializer.register(Money, { reduce: (m) => m.cents, revive: (cents) => new Money(cents) });
 * const bytes = serializer.serialize({ price: new Money(1999) });
 */
export class BaseSerializer {
  readonly #engine: CodeEngine;
  readonly #options: ResolvedSerializeOptions;
  readonly #registered: Reducer[] = [];
  /** An encoder that is not in use: a reducer may serialize something itself. */
  #idle: MessageEncoder | undefined;
  #decode: DecodeSettings | undefined;

  /**
   * @param options - How values are written and read.
   * @param engine - The code engine; without one, values that need it are refused.
   */
  constructor(options: SerializeOptions = {}, engine: CodeEngine = {}) {
    this.#options = resolveSerializeOptions(options);
    this.#engine = engine;
  }

  /**
   * Lets instances of a class travel in a way of their own; subclasses included. Both sides register the same.
   *
   * Reviving runs `revive` on what the bytes say, so it needs trust like any code.
   *
   * @throws TypeError where the tag is taken.
   */
  register<T extends object, D>(
    cls: abstract new (...args: never[]) => T,
    { tag = cls.name, reduce, revive }: ClassReduction<T, D>,
  ): this {
    return this.registerReducer({
      tag,
      test: (value): value is T => isInstance(value, cls.prototype as object),
      reduce: (value) => reduce(value as T),
      revive: (data) => revive(data as D),
    });
  }

  /** Adds a reducer; see `Reducer` of `@mp/codec`. @throws TypeError where the tag is taken. */
  registerReducer(reducer: Reducer): this {
    const taken = [...this.#options.reducers, ...this.#registered].some(({ tag }) => tag === reducer.tag);
    if (taken || reducer.tag === '') throw new TypeError(`The tag ${JSON.stringify(reducer.tag)} is taken or empty.`);
    this.#registered.push(reducer);
    this.#idle = undefined;
    this.#decode = undefined;
    return this;
  }

  /**
   * Turns a value into bytes.
   *
   * @throws SerializeError that names the path, where the value cannot travel.
   */
  serialize(value: unknown): Uint8Array {
    if (this.#options.format === 'plain') return writePlain(value, this.#options.root);
    const encoder = this.#idle ?? new MessageEncoder(this.#encodeSettings(), false);
    this.#idle = undefined;
    try {
      return encoder.encode(value, this.#options.root, undefined).body;
    } finally {
      this.#idle = encoder;
    }
  }

  /** Like {@link serialize}, and reads the bytes of Blobs and Files first. */
  async serializeAsync(value: unknown): Promise<Uint8Array> {
    if (this.#options.format === 'plain') return this.serialize(value);
    const blobs = new PreparedBlobs();
    const encoder = new MessageEncoder({ ...this.#encodeSettings(), blobs }, false);
    for (;;) {
      try {
        return encoder.encode(value, this.#options.root, undefined).body;
      } catch (error) {
        // Blobs may come to light while it waits; every round reads those that the last one missed.
        if (!(error instanceof SerializeError) || error.code !== SERIALIZE_ERROR_CODES.prepare) throw error;
        const reading = blobs.prepare(value);
        if (reading === undefined) throw error;
        await reading;
      }
    }
  }

  /**
   * Turns bytes into the value.
   *
   * @throws SerializeError for anything that is not an undamaged, complete payload that may be trusted with what it holds.
   */
  deserialize(bytes: Uint8Array): unknown {
    if (this.#options.format === 'plain') return readPlain(bytes, this.#options.limits);
    return decodePayload(toPayload(bytes), this.#decodeSettings());
  }

  /** Like {@link deserialize}, and awaits modules that the payload refers to and that load asynchronously. */
  async deserializeAsync(bytes: Uint8Array): Promise<unknown> {
    if (this.#options.format !== 'plain') await prepareReferences(toPayload(bytes), this.#decodeSettings());
    return this.deserialize(bytes);
  }

  /** A deep copy, by way of bytes. */
  clone<T>(value: T): T {
    const bytes = this.serialize(value);
    if (this.#options.format === 'plain') return this.deserialize(bytes) as T;
    return decodePayload(toPayload(bytes), { ...this.#decodeSettings(), trust: 'trusted' }) as T;
  }

  /** Whether {@link serialize} would take the value. It costs what serializing costs. */
  isSerializable(value: unknown): boolean {
    try {
      this.serialize(value);
      return true;
    } catch (error) {
      if (error instanceof SerializeError) return false;
      throw error;
    }
  }

  /** Everything in a value that cannot travel, at once, and where the bytes of the rest go. */
  explain(value: unknown): Explanation {
    return explainValue(value, this.#encodeSettings(), this.#options.root);
  }

  /**
   * A hash of a value: equal graphs have equal hashes, on any machine and in any process. The order of an object's keys
   * does not count; that of a Map and a Set does.
   *
   * @returns SHA-256, as 64 hexadecimal digits.
   */
  fingerprint(value: unknown): string {
    const node = crypto();
    if (node === undefined)
      throw new SerializeError('MP_UNSUPPORTED', 'A fingerprint needs node:crypto, which this host does not have.');
    const settings: EncodeSettings = {
      ...this.#encodeSettings(),
      canonical: true,
      exact: true,
      trust: 'untrusted',
    };
    const { body } = new MessageEncoder(settings, false).encode(value, this.#options.root, undefined);
    return node.createHash('sha256').update(body.subarray(HEADER_BYTES)).digest('hex');
  }

  /** Values as a stream of bytes: what one value brought (shapes, keys, code), the next ones only refer to. */
  serializeStream(values: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<Uint8Array, void, undefined> {
    return encodeStream(values, this.createEncoder());
  }

  /** Values from a stream of bytes, cut anyhow. */
  deserializeStream(
    chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  ): AsyncGenerator<unknown, void, undefined> {
    return decodeStream(chunks, this.createDecoder(), this.#options.limits.maxBodyBytes);
  }

  /** Writes a value to a file. The file appears under its name when it is complete. */
  async serializeToFile(path: string, value: unknown): Promise<void> {
    const bytes = await this.serializeAsync(value);
    const fs = files();
    // Beside it, so that renaming stays within the file system; readable by its owner alone, as it may hold anything.
    const temporary = `${path}.${globalThis.crypto.randomUUID()}.tmp`;
    try {
      await fs.writeFile(temporary, bytes, { mode: 0o600, flag: 'wx' });
      await fs.rename(temporary, path);
    } catch (error) {
      await fs.rm(temporary, { force: true });
      throw error;
    }
  }

  /** Reads a value from a file. */
  async deserializeFromFile(path: string): Promise<unknown> {
    const bytes = await files().readFile(path);
    return this.deserializeAsync(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  /** The sending end of a session; see `@mp/codec`. */
  createEncoder(): Encoder {
    return new SessionEncoder({ ...this.#encodeSettings(), blobs: new PreparedBlobs() }, {});
  }

  /** The receiving end of a session. */
  createDecoder(): Decoder {
    return new SessionDecoder(this.#decodeSettings(), {});
  }

  #encodeSettings(): EncodeSettings {
    const { identity, exact, canonical, trust, reducers, limits } = this.#options;
    return {
      engine: this.#engine,
      reducers: [...reducers, ...this.#registered],
      trust,
      limits,
      outOfBandBytes: Number.POSITIVE_INFINITY,
      attachments: false,
      sharesMemory: true,
      identity,
      exact,
      canonical,
    };
  }

  #decodeSettings(): DecodeSettings {
    this.#decode ??= {
      engine: this.#engine,
      reducers: new Map([...this.#options.reducers, ...this.#registered].map((reducer) => [reducer.tag, reducer])),
      trust: this.#options.trust,
      limits: this.#options.limits,
    };
    return this.#decode;
  }
}

function toPayload(body: Uint8Array): Payload {
  return { body, buffers: [], attachments: [] };
}

function isInstance(value: object, prototype: object): boolean {
  return Object.prototype.isPrototypeOf.call(prototype, value);
}

function files(): typeof import('node:fs/promises') {
  const fs = fileSystemPromises();
  if (fs === undefined) throw new SerializeError('MP_UNSUPPORTED', 'This host has no files.');
  return fs;
}
