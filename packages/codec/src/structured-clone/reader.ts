import { Deserializer } from 'node:v8';
import type { Payload } from '../payload.js';
import type { Reducer, ReviveContext } from '../reducer.js';
import type { ResolvedContext } from '../resolve-context.js';
import { SERIALIZE_ERROR_CODES as CODES, SerializeError } from '../serialize-error.js';
import { checkTrust, FLAG, open } from './envelope.js';
import { type ErrorData, reviveError } from './error-kind.js';
import { FIXUP, type Fixup } from './scan.js';
import { makeView } from './views.js';
import { ERROR_SLOT, HOST, type SessionPosition } from './writer.js';

/** The tags that the writer has defined, by slot. */
export type TagReader = Map<number, string>;

/** A message whose envelope was opened: undamaged, its place in the session known, nothing revived yet. */
export class Message {
  readonly position: SessionPosition | undefined;
  readonly #reader: Reader;
  readonly #payload: Payload;
  readonly #flags: number;
  readonly #context: ResolvedContext;

  /** @throws SerializeError where the bytes are no undamaged payload of this codec. */
  constructor(payload: Payload, context: ResolvedContext) {
    const { flags, content } = open(payload.body, context);
    this.#payload = payload;
    this.#flags = flags;
    this.#context = context;
    this.#reader = guard(() => new Reader(content));
    this.position = (flags & FLAG.session) === 0 ? undefined : guard(() => this.#reader.readPosition());
  }

  /**
   * Takes over the definitions that the message brings, then revives its value.
   *
   * @param tags - The tags known so far; the message's own are added even where the value is refused.
   */
  read(tags: TagReader): unknown {
    const { buffers, body, attachments } = this.#payload;
    guard(() => {
      this.#reader.readTags(tags);
      this.#reader.readRegions(buffers);
      this.#reader.readAttachments(attachments);
    });
    checkTrust(body, this.#flags, buffers, this.#context);
    this.#reader.readReductions(tags, this.#context);
    return guard(() => readFixed(this.#reader));
  }
}

/** A region's bytes as they came, and the ArrayBuffer made of them. */
interface ArrivedRegion {
  readonly memory: ArrayBuffer;
  readonly offset: number;
  /** Where the bytes began in the sender's ArrayBuffer. */
  readonly start: number;
  readonly length: number;
  whole: ArrayBuffer | undefined;
}

class Reader extends Deserializer {
  readonly #regions: ArrivedRegion[] = [];
  readonly #revived: unknown[] = [];
  #attachments: readonly unknown[] = [];

  constructor(content: Uint8Array) {
    super(content);
    this.readHeader();
  }

  readPosition(): SessionPosition {
    return { epoch: this.readUint32(), sequence: this.readUint32() };
  }

  readTags(tags: TagReader): void {
    for (let count = this.readUint32(); count > 0; count--) {
      const slot = this.readUint32();
      tags.set(slot, new TextDecoder().decode(this.readRawBytes(this.readUint32())));
    }
  }

  readRegions(buffers: readonly Uint8Array[]): void {
    let next = 0;
    for (let count = this.readUint32(); count > 0; count--) {
      const outOfBand = this.readUint32() === 1;
      const start = this.#readSize();
      const length = this.#readSize();
      const bytes = outOfBand ? takeBuffer(buffers, next++, length) : Uint8Array.from(this.readRawBytes(length));
      // A typed array must start at a multiple of its element size, and the body or the channel may have put the bytes anywhere.
      const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
      this.#regions.push({
        memory: aligned.buffer as ArrayBuffer,
        offset: aligned.byteOffset,
        start,
        length,
        whole: undefined,
      });
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

  readReductions(tags: TagReader, context: ResolvedContext): void {
    const reviveContext: ReviveContext = { attachment: (index) => this.#attachment(index) };
    for (let count = guard(() => this.readUint32()); count > 0; count--) {
      const slot = guard(() => this.readUint32());
      const data = guard(() => readFixed(this));
      this.#revived.push(
        slot === ERROR_SLOT
          ? guard(() => reviveError(data as ErrorData))
          : revive(findReducer(slot, tags, context), data, reviveContext),
      );
    }
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
        return this.#attachment(this.readUint32());
      case HOST.sharedView: {
        const kind = this.readUint32();
        const memory = this.#attachment(this.readUint32()) as SharedArrayBuffer;
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
    if (offset < 0 || offset + length > region.length) throw new RangeError('a view lies outside its memory');
    // Memory that the value also holds by itself, or that starts elsewhere in the channel's buffer, is made whole first.
    const memory = this.#wholeMemory(index);
    return makeView(kind, memory, offset, length);
  }

  /** The region as an ArrayBuffer of its own, made once, so that all its views share it. */
  #wholeMemory(index: number): ArrayBuffer {
    const region = this.#region(index);
    const { memory, offset, length } = region;
    region.whole ??= offset === 0 && memory.byteLength === length ? memory : memory.slice(offset, offset + length);
    return region.whole;
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
      `The reducer ${reducer.tag} could not revive its data: ${cause instanceof Error ? cause.message : String(cause)}`,
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
    throw new SerializeError(
      CODES.damaged,
      `The payload is damaged: ${cause instanceof Error ? cause.message : String(cause)}.`,
      { cause },
    );
  }
}
