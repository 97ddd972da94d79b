import { SERIALIZE_ERROR_CODES as CODES, type Decoder, type Encoder, SerializeError } from '@mp/codec';

/**
 * The frame of one value in a stream: MessagePack binary data of 32-bit length, so that a stream is a sequence of
 * MessagePack objects too.
 */
const FRAME_TOKEN = 0xc6;
const HEAD_BYTES = 5;

/** Writes values as a stream of bytes. What one value brought, the next ones only refer to. */
export async function* encodeStream(
  values: Iterable<unknown> | AsyncIterable<unknown>,
  encoder: Encoder,
): AsyncGenerator<Uint8Array, void, undefined> {
  let index = 0;
  for await (const value of values) {
    const body = await encodeNext(encoder, value, `values[${index++}]`);
    const frame = new Uint8Array(HEAD_BYTES + body.length);
    frame[0] = FRAME_TOKEN;
    new DataView(frame.buffer).setUint32(1, body.length);
    frame.set(body, HEAD_BYTES);
    yield frame;
  }
}

/** Encodes a value, after its Blobs were read. */
async function encodeNext(encoder: Encoder, value: unknown, root: string): Promise<Uint8Array> {
  try {
    return encoder.encode(value, root).body;
  } catch (error) {
    if (!(error instanceof SerializeError) || error.code !== CODES.prepare) throw error;
    await encoder.prepare(value);
    return encoder.encode(value, root).body;
  }
}

/**
 * Reads values from a stream of bytes, cut anyhow.
 *
 * @throws SerializeError for a damaged value, and for a stream that ends within one.
 */
export async function* decodeStream(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  decoder: Decoder,
  maxBodyBytes: number,
): AsyncGenerator<unknown, void, undefined> {
  const pending = new Chunks();
  for await (const chunk of chunks) {
    pending.add(chunk);
    for (let frame = pending.takeFrame(maxBodyBytes); frame !== undefined; frame = pending.takeFrame(maxBodyBytes)) {
      const payload = { body: frame, buffers: [], attachments: [] };
      const wait = decoder.prepare(payload);
      if (wait !== undefined) await wait;
      yield decoder.decode(payload);
    }
  }
  if (pending.size > 0) {
    throw new SerializeError(CODES.truncated, `The stream ends within a value: ${pending.size} bytes of it arrived.`);
  }
}

/** Bytes that arrived and are not used yet. Each is copied once, however small the chunks are. */
class Chunks {
  #chunks: Uint8Array[] = [];
  size = 0;

  add(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.size += chunk.length;
  }

  takeFrame(maxBodyBytes: number): Uint8Array | undefined {
    if (this.size < HEAD_BYTES) return undefined;
    const head = this.#peek(HEAD_BYTES);
    if (head[0] !== FRAME_TOKEN) {
      throw new SerializeError(CODES.foreign, 'The bytes are not a stream of this format.');
    }
    const length = new DataView(head.buffer, head.byteOffset).getUint32(1);
    if (length > maxBodyBytes) {
      throw new SerializeError(
        CODES.limit,
        `A value of ${length} bytes arrives, and at most ${maxBodyBytes} are accepted.`,
      );
    }
    if (this.size < HEAD_BYTES + length) return undefined;
    return this.#peek(HEAD_BYTES + length, true).subarray(HEAD_BYTES);
  }

  #peek(count: number, take = false): Uint8Array {
    const first = this.#chunks[0]!;
    let bytes: Uint8Array;
    if (first.length >= count) bytes = first.subarray(0, count);
    else {
      bytes = new Uint8Array(count);
      let at = 0;
      for (const chunk of this.#chunks) {
        if (at === count) break;
        const part = chunk.subarray(0, count - at);
        bytes.set(part, at);
        at += part.length;
      }
    }
    if (take) this.#drop(count);
    return bytes;
  }

  #drop(count: number): void {
    this.size -= count;
    let dropped = 0;
    let left = count;
    while (left > 0) {
      const chunk = this.#chunks[dropped]!;
      if (chunk.length > left) {
        this.#chunks[dropped] = chunk.subarray(left);
        break;
      }
      left -= chunk.length;
      dropped++;
    }
    this.#chunks.splice(0, dropped);
  }
}
