import { types } from 'node:util';
import { Deserializer } from 'node:v8';
import type { Payload } from '../payload.js';
import type { Reducer, ReviveContext } from '../reducer.js';
import type { ResolvedContext } from '../resolve-context.js';
import { SERIALIZE_ERROR_CODES as CODES, SerializeError } from '../serialize-error.js';
import { FLAG, isSignedBy, open } from './envelope.js';
import { type ErrorData, reviveError } from './error-kind.js';
import { messageOf } from './message-of.js';
import { FIXUP, type Fixup } from './scan.js';
import { checkSize } from './size.js';
import { makeView } from './views.js';
import { ERROR_SLOT, HOST, type SessionPosition } from './writer.js';

/** The tags that the writer has defined, by slot. */
export type TagReader = Map<number, string>;

/** A message whose envelope was opened: undamaged, its place in the session known, nothing revived yet. */
export class Message {
  /** Its place, if it is a session message. */
  readonly position: Omit<SessionPosition, 'channel'> | undefined;
  readonly #reader: Reader;
  readonly #payload: Payload;
  readonly #flags: number;
  readonly #context: ResolvedContext;

  /** @throws SerializeError where the bytes are no undamaged payload of this codec. */
  constructor(payload: Payload, context: ResolvedContext) {
    if (!Array.isArray(payload?.buffers) || !Array.isArray(payload.attachments)) {
      throw new SerializeError(CODES.foreign, 'A payload is { body, buffers, attachments }, and a list is missing.');
    }
    const { flags, content } = open(payload.body, context.limits.maxBodyBytes);
    this.#payload = payload;
    this.#flags = flags;
    this.#context = context;
    this.#reader = guard(() => new Reader(content));
    this.position = (flags & FLAG.session) === 0 ? undefined : guard(() => this.#reader.readPosition());
  }

  /** Whether the message is signed with the context's key for this use. */
  isSignedFor(binding: string): boolean {
    const { trust } = this.#context;
    const { body, buffers } = this.#payload;
    return typeof trust === 'object' && isSignedBy({ key: trust.key, binding }, body, this.#flags, buffers);
  }

  /**
   * Takes over the definitions that the message brings and the memory that belongs to it.
   *
   * @param tags - The tags known so far; the message's own are added.
   * @throws SerializeError where something that belongs to the message is missing.
   */
  take(tags: TagReader): void {
    guard(() => {
      this.#reader.readTags(tags, this.#context.limits.maxSessionEntries);
      this.#reader.readRegions(this.#payload.buffers);
      this.#reader.readAttachments(this.#payload.attachments);
    });
  }

  /** Revives the value. @param mayAct - Whether handles may be revived: decided by the content, not by what it says of itself. */
  revive(tags: TagReader, mayAct: boolean): unknown {
    this.#reader.readReductions(tags, mayAct, this.#context, this.position === undefined ? 'one-shot' : 'session');
    const value = guard(() => readFixed(this.#reader));
    guard(() => this.#reader.expectEnd());
    checkSize(value, this.#context.limits);
    return value;
  }
}

/** A region's bytes as they came, and the ArrayBuffer made of them. */
interface ArrivedRegion {
  /** A part of the body, of a buffer of the channel's, or a buffer of its own. */
  readonly bytes: Uint8Array;
  /** Where the bytes began in the sender's ArrayBuffer. */
  readonly start: number;
  memory: ArrayBuffer | undefined;
}

class Reader extends Deserializer {
  readonly #regions: ArrivedRegion[] = [];
  readonly #revived: unknown[] = [];
  #attachments: readonly unknown[] = [];

  constructor(content: Uint8Array) {
    super(content);
    this.readHeader();
  }

  readPosition(): Omit<SessionPosition, 'channel'> {
    return { epoch: this.readUint32(), sequence: this.readUint32() };
  }

  readTags(tags: TagReader, capacity: number): void {
    for (let count = this.readUint32(); count > 0; count--) {
      const slot = this.readUint32();
      if (slot >= capacity)
        throw new RangeError(`it defines tag ${slot}, and both ends keep ${capacity} (limits.maxSessionEntries)`);
      tags.set(slot, new TextDecoder().decode(this.readRawBytes(this.readUint32())));
    }
  }

  readRegions(buffers: readonly Uint8Array[]): void {
    let next = 0;
    for (let count = this.readUint32(); count > 0; count--) {
      const outOfBand = this.readUint32() === 1;
      const start = this.#readSize();
      const length = this.#readSize();
      const bytes = outOfBand ? takeBuffer(buffers, next++, length) : this.readRawBytes(length);
      this.#regions.push({ bytes, start, memory: undefined });
    }
    if (next !== buffers.length)
      throw new RangeError(`it refers to ${next} buffers, and ${buffers.length} came with it`);
  }

  readAttachments(attachments: readonly unknown[]): void {
    const count = this.readUint32();
    if (count !== attachments.length)
      throw new RangeError(`it refers to ${count} attachments, and ${attachments.length} came with it`);
    this.#attachments = attachments;
  }

  readReductions(tags: TagReader, mayAct: boolean, context: ResolvedContext, kind: ReviveContext['kind']): void {
    const reviveContext: ReviveContext = { kind, peer: context.peer, attachment: (index) => this.#attachment(index) };
    for (let count = guard(() => this.readUint32()); count > 0; count--) {
      const slot = guard(() => this.readUint32());
      const data = guard(() => readFixed(this));
      if (slot === ERROR_SLOT) this.#revived.push(guard(() => reviveError(data as ErrorData)));
      else if (mayAct) this.#revived.push(revive(findReducer(slot, tags, context), data, reviveContext));
      else throw untrusted(context);
    }
  }

  /** @throws RangeError where bytes follow the value. */
  expectEnd(): void {
    let isEnd = false;
    try {
      this.readRawBytes(1);
    } catch {
      isEnd = true;
    }
    if (!isEnd) throw new RangeError('bytes follow the value');
  }

  // Called by the engine in the place of every view.
  _readHostObject(): unknown {
    const code = this.readUint32();
    switch (code) {
      case HOST.view:
        return this.#readView();
      case HOST.memory:
        return this.#wholeMemory(this.readUint32());
      case HOST.shared:
        return this.#sharedMemory(this.readUint32());
      case HOST.sharedView: {
        const kind = this.readUint32();
        const memory = this.#sharedMemory(this.readUint32());
        return makeView(kind, memory, this.#readSize(), this.#readSize());
      }
      case HOST.reduction: {
        const index = this.readUint32();
        if (index >= this.#revived.length) throw new RangeError(`it refers to reduction ${index} before that`);
        return this.#revived[index];
      }
      default:
        throw new RangeError(`it holds the unknown code ${code}`);
    }
  }

  #readView(): ArrayBufferView {
    const kind = this.readUint32();
    const index = this.readUint32();
    const region = this.#region(index);
    const offset = this.#readSize() - region.start;
    const length = this.#readSize();
    if (offset < 0 || offset + length > region.bytes.byteLength) throw new RangeError('a view lies outside its memory');
    return makeView(kind, this.#wholeMemory(index), offset, length);
  }

  /**
   * The region as an ArrayBuffer of its own, made once, so that all its views share it. A copy, unless the channel delivered
   * it so: a view's `buffer` must hold nothing else, and a typed array must start at a multiple of its element size.
   */
  #wholeMemory(index: number): ArrayBuffer {
    const region = this.#region(index);
    const { bytes } = region;
    const isAlone =
      bytes.byteOffset === 0 &&
      bytes.byteLength === bytes.buffer.byteLength &&
      types.isArrayBuffer(bytes.buffer) &&
      (bytes.buffer as { resizable?: boolean }).resizable !== true &&
      this.#regions.every((other) => other === region || other.memory !== bytes.buffer);
    region.memory ??= isAlone
      ? (bytes.buffer as ArrayBuffer)
      : (Uint8Array.prototype.slice.call(bytes).buffer as ArrayBuffer);
    return region.memory;
  }

  #sharedMemory(index: number): SharedArrayBuffer {
    const memory = this.#attachment(index);
    if (!types.isSharedArrayBuffer(memory)) throw new RangeError(`attachment ${index} is no SharedArrayBuffer`);
    return memory;
  }

  #region(index: number): ArrivedRegion {
    const region = this.#regions[index];
    if (region === undefined) throw new RangeError(`it refers to memory ${index}, which is not there`);
    return region;
  }

  #attachment(index: number): unknown {
    if (!(index in this.#attachments))
      throw new SerializeError(CODES.damaged, `The payload is damaged: it has no attachment ${index}.`);
    return this.#attachments[index];
  }

  #readSize(): number {
    const [high, low] = this.readUint64();
    return high * 2 ** 32 + low;
  }
}

function takeBuffer(buffers: readonly Uint8Array[], index: number, length: number): Uint8Array {
  const buffer = buffers[index];
  if (buffer === undefined) throw new RangeError(`buffer ${index} did not come with it`);
  if (buffer.byteLength !== length)
    throw new RangeError(`buffer ${index} has ${buffer.byteLength} bytes, and ${length} were sent`);
  return buffer;
}

function untrusted({ trust }: ResolvedContext): SerializeError {
  if (typeof trust === 'object')
    return new SerializeError(
      CODES.signature,
      'The payload holds handles and is not signed with this key for this use.',
    );
  return new SerializeError(
    CODES.untrusted,
    'The payload holds handles, and reviving a handle acts.\nPass { trust: { key } } or, for bytes that you trust, { trust: "trusted" }.',
  );
}

function findReducer(slot: number, tags: TagReader, context: ResolvedContext): Reducer {
  const tag = tags.get(slot);
  if (tag === undefined)
    throw new SerializeError(
      CODES.damaged,
      `The payload is damaged: it refers to tag ${slot}, which was never defined.`,
    );
  const reducer = context.reducersByTag.get(tag);
  if (reducer === undefined) {
    throw new SerializeError(
      CODES.reducer,
      `The payload holds a ${JSON.stringify(tag)}, and no reducer with this tag is registered here.\nRegister the same reducers on both ends.`,
    );
  }
  return reducer;
}

function revive(reducer: Reducer, data: unknown, context: ReviveContext): unknown {
  try {
    return reducer.revive(data, context);
  } catch (cause) {
    if (cause instanceof SerializeError) throw cause;
    throw new SerializeError(
      CODES.reduction,
      `The reducer ${reducer.tag} could not revive its data: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** Reads a value and what structured clone forgot about it. */
function readFixed(reader: Reader): unknown {
  const hasFixups = reader.readUint32() === 1;
  const value: unknown = reader.readValue();
  if (hasFixups) applyFixups(reader.readValue() as readonly Fixup[]);
  return value;
}

function applyFixups(fixups: readonly Fixup[]): void {
  for (const [operation, object, argument] of fixups) {
    if (typeof object !== 'object' || object === null || types.isProxy(object))
      throw new TypeError('a fixup of what is no object');
    if (operation === FIXUP.nullPrototype) Object.setPrototypeOf(object, null);
    else if (operation === FIXUP.lastIndex) (object as RegExp).lastIndex = argument;
  }
  // Integrity last: nothing else could be put right on a frozen object.
  for (const [operation, object] of fixups) {
    if (operation === FIXUP.preventExtensions) Object.preventExtensions(object);
    else if (operation === FIXUP.seal) Object.seal(object);
    else if (operation === FIXUP.freeze) Object.freeze(object);
  }
}

/** Whatever the engine throws at bytes that it cannot read becomes one kind of error. */
function guard<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof SerializeError) throw cause;
    if (cause instanceof RangeError && /call stack/.test(cause.message)) {
      throw new SerializeError(
        CODES.limit,
        "The payload's value nests too deeply for structured clone, which recurses.",
        { cause },
      );
    }
    throw new SerializeError(CODES.damaged, `The payload is damaged: ${messageOf(cause)}.`, { cause });
  }
}
