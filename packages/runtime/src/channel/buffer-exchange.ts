import type { BufferFile, StoredBuffer } from './buffer-file.js';
import { copyOf } from './bytes.js';

/** Where an entry of a `stored` frame belongs: the number of a buffer, or this for the body. */
const BODY = 0xffffffff;
/** Which buffer (4 bytes), offset (8), length (8). */
const ENTRY_BYTES = 20;
const OFFSET_BYTES = 8;
/** The other end is told what was taken with the next frame that goes there, or at once from so many bytes. */
const OWED_BYTES = 1 << 22;
const EMPTY = new Uint8Array(0);

/** A frame's contents. */
interface Contents {
  readonly body: Uint8Array;
  readonly buffers: readonly Uint8Array[];
}

/**
 * What goes through the channel in place of large data: a frame that says where in the {@link BufferFile} it lies, before the
 * frame to which it belongs; and from the other end, what was taken.
 */
export class BufferExchange {
  readonly #file: BufferFile;
  /** Data that was written before its frame was. */
  readonly #kept = new WeakMap<Uint8Array, StoredBuffer>();
  /** What the next frame refers to. */
  #announced: Uint8Array | undefined;
  #owed: number[] = [];
  #owedBytes = 0;

  constructor(file: BufferFile) {
    this.#file = file;
  }

  /** Copies data that a frame will have among its buffers, into the file if there is room. It may be changed afterwards. */
  keep(bytes: Uint8Array): Uint8Array {
    const stored = this.#file.put(bytes);
    if (stored === undefined) return copyOf(bytes);
    const stand = new Uint8Array(0);
    this.#kept.set(stand, stored);
    return stand;
  }

  /** What was kept will not be sent: its place is free again. */
  drop(kept: Uint8Array): void {
    const stored = this.#kept.get(kept);
    if (stored !== undefined && this.#kept.delete(kept)) this.#file.free(stored.offset);
  }

  /** Writes what is large in a frame into the file. @returns The frame that goes before it, and what is left; undefined where nothing was. */
  store({ body, buffers }: Contents): (Contents & { readonly stored: Uint8Array }) | undefined {
    const places: (readonly [number, StoredBuffer])[] = [];
    const rest = buffers.map((buffer, index) => {
      const place = this.#kept.get(buffer) ?? this.#file.put(buffer);
      if (place === undefined) return buffer;
      places.push([index, place]);
      return EMPTY;
    });
    const place = this.#file.put(body);
    if (place !== undefined) places.push([BODY, place]);
    if (places.length === 0) return undefined;
    return { stored: writeEntries(places), body: place === undefined ? body : EMPTY, buffers: rest };
  }

  /** The next frame has large data in the file. */
  announce(entries: Uint8Array): void {
    this.#announced = entries;
  }

  /** Puts a frame together again. */
  collect(contents: Contents): Contents {
    const announced = this.#announced;
    if (announced === undefined) return contents;
    this.#announced = undefined;
    let { body } = contents;
    const buffers = [...contents.buffers];
    for (const [index, place] of readEntries(announced)) {
      const bytes = this.#file.take(place);
      if (index === BODY) body = bytes;
      else buffers[index] = bytes;
      this.#owed.push(place.offset);
      this.#owedBytes += place.length;
    }
    return { body, buffers };
  }

  /** Whether something was taken of which the other end was not told. */
  get owes(): boolean {
    return this.#owed.length > 0;
  }

  /** Whether the other end waits for room. */
  get owesMuch(): boolean {
    return this.#owedBytes >= OWED_BYTES;
  }

  /** The frame that tells the other end what was taken; undefined where nothing was since the last time. */
  takeOwed(): Uint8Array | undefined {
    if (this.#owed.length === 0) return undefined;
    const bytes = Buffer.allocUnsafe(this.#owed.length * OFFSET_BYTES);
    let at = 0;
    for (const offset of this.#owed) at = bytes.writeDoubleLE(offset, at);
    this.#owed = [];
    this.#owedBytes = 0;
    return bytes;
  }

  /** The other end has taken something. */
  free(offsets: Uint8Array): void {
    const bytes = Buffer.from(offsets.buffer, offsets.byteOffset, offsets.length);
    for (let at = 0; at < bytes.length; at += OFFSET_BYTES) this.#file.free(bytes.readDoubleLE(at));
  }
}

function writeEntries(places: readonly (readonly [number, StoredBuffer])[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(places.length * ENTRY_BYTES);
  let at = 0;
  for (const [index, { offset, length }] of places) {
    at = bytes.writeUInt32LE(index, at);
    at = bytes.writeDoubleLE(offset, at);
    at = bytes.writeDoubleLE(length, at);
  }
  return bytes;
}

function* readEntries(entries: Uint8Array): Generator<readonly [number, StoredBuffer]> {
  const bytes = Buffer.from(entries.buffer, entries.byteOffset, entries.length);
  for (let at = 0; at < bytes.length; at += ENTRY_BYTES)
    yield [bytes.readUInt32LE(at), { offset: bytes.readDoubleLE(at + 4), length: bytes.readDoubleLE(at + 12) }];
}
