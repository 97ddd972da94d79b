import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';

/** Body length (4 bytes), number of buffers (3), kind (1); all little endian. A table of buffer lengths (8 each) follows. */
export const HEADER_BYTES = 8;
/** Bytes of one entry in the table of buffer lengths. */
export const LENGTH_BYTES = 8;
/** No buffers, without allocating an array for each frame. */
export const NO_BUFFERS: readonly Uint8Array[] = Object.freeze([]);

/** Receives whole frames. The body is a view into the arrived bytes; the buffers are memory of their own. */
export type FrameListener = (kind: number, body: Uint8Array, buffers: readonly Uint8Array[]) => void;

/** What a reader accepts from the other end. */
export interface FrameLimits {
  /** Bytes of one body or buffer. */
  readonly maxBytes: number;
  /** Buffers of one frame. */
  readonly maxBuffers: number;
}

/** The limits of a channel to a member of the family: those of the memory. */
export const FAMILY_LIMITS: FrameLimits = Object.freeze({ maxBytes: 2 ** 32 - 1, maxBuffers: 2 ** 24 - 1 });
/** The limits before the other end has proved who it is: enough for a challenge and its answer. */
export const STRANGER_LIMITS: FrameLimits = Object.freeze({ maxBytes: 1024, maxBuffers: 0 });

/**
 * Cuts a stream of bytes into frames, wherever the pieces break.
 *
 * A frame that arrived whole is handed on without a copy. Of one that did not, each part is collected in memory of
 * its own, which is how large binary data ends up exactly where it stays.
 */
export class FrameReader {
  limits: FrameLimits = FAMILY_LIMITS;
  readonly #listener: FrameListener;
  /** The part that is being collected, how long it is, and how much of it is there. It has memory once something of it is there. */
  #part: Uint8Array = NOTHING;
  #length = HEADER_BYTES;
  #filled = 0;
  #state: 'header' | 'lengths' | 'body' | 'buffer' = 'header';
  #kind = 0;
  #bodyLength = 0;
  #bufferCount = 0;
  #lengths: number[] = [];
  #body: Uint8Array = new Uint8Array(0);
  #buffers: Uint8Array[] = [];

  constructor(listener: FrameListener) {
    this.#listener = listener;
  }

  /** Whether the stream ended here would cut a frame in two. */
  get isInsideFrame(): boolean {
    return this.#state !== 'header' || this.#filled > 0;
  }

  /** @throws ProcessError with code `MP_PROTOCOL` where a frame exceeds the limits. */
  push(chunk: Uint8Array): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#state === 'header' && this.#filled === 0) {
        const next = this.#takeWhole(chunk, offset);
        if (next > offset) {
          offset = next;
          continue;
        }
      }
      offset = this.#collect(chunk, offset);
    }
  }

  /** Hands on a frame without buffers that lies in `chunk` as a whole. @returns Where the next one begins. */
  #takeWhole(chunk: Uint8Array, offset: number): number {
    if (chunk.length - offset < HEADER_BYTES) return offset;
    this.#readHeader(chunk, offset);
    const start = offset + HEADER_BYTES;
    const end = start + this.#bodyLength;
    if (this.#bufferCount > 0 || end > chunk.length) return offset;
    this.#listener(this.#kind, chunk.subarray(start, end), NO_BUFFERS);
    return end;
  }

  #collect(chunk: Uint8Array, offset: number): number {
    const count = Math.min(this.#length - this.#filled, chunk.length - offset);
    if (this.#filled === 0) {
      // Between threads, a buffer arrives in memory that is its own already.
      if (count === this.#length && count === chunk.buffer.byteLength) this.#part = chunk;
      else this.#part = allocate(this.#length);
    }
    if (this.#part !== chunk)
      this.#part.set(count === chunk.length ? chunk : chunk.subarray(offset, offset + count), this.#filled);
    this.#filled += count;
    // A part may be of no length, and so may the ones after it.
    while (this.#filled === this.#length) this.#advance();
    return offset + count;
  }

  #advance(): void {
    switch (this.#state) {
      case 'header':
        this.#readHeader(this.#part, 0);
        this.#expect('lengths', this.#bufferCount * LENGTH_BYTES);
        return;
      case 'lengths':
        this.#readLengths();
        this.#expect('body', this.#bodyLength);
        return;
      case 'body':
        this.#body = this.#part;
        break;
      case 'buffer':
        this.#buffers.push(this.#part);
        break;
    }
    if (this.#buffers.length < this.#bufferCount) this.#expect('buffer', this.#lengths[this.#buffers.length] as number);
    else this.#complete();
  }

  #complete(): void {
    const body = this.#body;
    const buffers = this.#bufferCount === 0 ? NO_BUFFERS : this.#buffers;
    this.#body = new Uint8Array(0);
    this.#buffers = [];
    this.#lengths = [];
    this.#expect('header', HEADER_BYTES);
    this.#listener(this.#kind, body, buffers);
  }

  #expect(state: 'header' | 'lengths' | 'body' | 'buffer', length: number): void {
    this.#state = state;
    this.#filled = 0;
    this.#length = length;
    this.#part = length === 0 ? allocate(0) : NOTHING;
  }

  #readHeader(bytes: Uint8Array, at: number): void {
    this.#bodyLength = readUint32(bytes, at);
    const rest = readUint32(bytes, at + 4);
    this.#bufferCount = rest & 0xffffff;
    this.#kind = rest >>> 24;
    if (this.#bodyLength > this.limits.maxBytes || this.#bufferCount > this.limits.maxBuffers)
      throw new ProcessError(
        PROCESS_ERROR_CODES.protocol,
        `A frame of ${this.#bodyLength} bytes and ${this.#bufferCount} buffers exceeds what this channel accepts ` +
          `(${this.limits.maxBytes} bytes, ${this.limits.maxBuffers} buffers). The other end does not speak this protocol.`,
      );
  }

  #readLengths(): void {
    const view = new DataView(this.#part.buffer, this.#part.byteOffset, this.#part.length);
    for (let i = 0; i < this.#bufferCount; i++) {
      const length = view.getFloat64(i * LENGTH_BYTES, true);
      if (!(length >= 0 && length <= this.limits.maxBytes && Number.isInteger(length)))
        throw new ProcessError(PROCESS_ERROR_CODES.protocol, `A frame announces a buffer of ${length} bytes.`);
      this.#lengths.push(length);
    }
  }
}

const NOTHING = new Uint8Array(0);

/** Not from Buffer's pool: a buffer becomes the memory of a decoded typed array, which nobody else may reach. */
function allocate(length: number): Uint8Array {
  const memory = Buffer.allocUnsafeSlow(length);
  return new Uint8Array(memory.buffer, memory.byteOffset, length);
}

function readUint32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}
