import { HEADER_BYTES, LENGTH_BYTES } from './frame-reader.js';

/** Frames are laid into blocks of this size, so that many small ones leave in one write. Twice the pipe buffer's half. */
const BLOCK_BYTES = 1 << 16;
/** A body up to this size is copied into the block; a larger one is written from where it is. */
const COPY_BYTES = 1 << 14;

/**
 * Lays frames one after another and hands them out as chunks to write.
 *
 * A block is never written over: the transport may still hold its beginning when its end is being filled.
 */
export class FrameWriter {
  #block: Buffer = Buffer.allocUnsafe(0);
  /** Where the chunk begins that was not handed out yet, and where it ends. */
  #start = 0;
  #end = 0;
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  /** Bytes that were laid down and not handed out. */
  get pendingBytes(): number {
    return this.#bytes;
  }

  /**
   * Adds a frame.
   *
   * @param owned - Whether the body's memory is ours from now on. A lent one is copied.
   */
  add(kind: number, body: Uint8Array, buffers: readonly Uint8Array[], owned: boolean): void {
    const head = HEADER_BYTES + buffers.length * LENGTH_BYTES;
    const inline = body.length <= COPY_BYTES;
    this.#reserve(inline ? head + body.length : head);
    this.#writeHead(kind, body.length, buffers);
    if (inline) {
      this.#block.set(body, this.#end);
      this.#end += body.length;
      this.#bytes += head + body.length;
    } else {
      this.#bytes += head;
      this.#append(owned ? body : Uint8Array.prototype.slice.call(body));
    }
    for (const buffer of buffers) this.#append(buffer);
  }

  /** Hands out everything that was added. */
  take(): Uint8Array[] {
    this.#closeChunk();
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#bytes = 0;
    return chunks;
  }

  #writeHead(kind: number, bodyLength: number, buffers: readonly Uint8Array[]): void {
    const block = this.#block;
    let at = this.#end;
    block[at] = bodyLength;
    block[at + 1] = bodyLength >>> 8;
    block[at + 2] = bodyLength >>> 16;
    block[at + 3] = bodyLength >>> 24;
    block[at + 4] = buffers.length;
    block[at + 5] = buffers.length >>> 8;
    block[at + 6] = buffers.length >>> 16;
    block[at + 7] = kind;
    at += HEADER_BYTES;
    for (const buffer of buffers) at = block.writeDoubleLE(buffer.length, at);
    this.#end = at;
  }

  #append(bytes: Uint8Array): void {
    this.#closeChunk();
    if (bytes.length > 0) this.#chunks.push(bytes);
    this.#bytes += bytes.length;
  }

  #closeChunk(): void {
    if (this.#end > this.#start) this.#chunks.push(this.#block.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }

  #reserve(bytes: number): void {
    if (this.#block.length - this.#end >= bytes) return;
    this.#closeChunk();
    this.#block = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, bytes));
    this.#start = 0;
    this.#end = 0;
  }
}
