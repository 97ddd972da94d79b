// What an adapter of a value serializer offers. One small file for each library.
import type { Peer } from '../../harness/model.js';

/**
 * A loaded serializer. `Encoded` is what it would hand to a channel or a file: bytes. Libraries that make text
 * pay for turning it into bytes and back, because bytes are what leaves a process.
 */
export interface ValueCodec<Encoded = unknown> {
  encode(value: unknown): Encoded;
  /** Absent where encoding and decoding are one step. */
  decode?(encoded: Encoded): unknown;
  /** The size of what was encoded; absent where it is never in one piece. */
  bytes?(encoded: Encoded): number;
  /** Every encoding may depend on those before, and is decoded once, in order. */
  readonly session?: true;
}

export interface ValuePeer extends Peer {
  /** Imports the library: the time it takes is the cost of its first use. */
  readonly load: () => Promise<ValueCodec>;
}

/** A serializer that makes text, as one that makes bytes. */
export function textCodec(stringify: (value: unknown) => string, parse: (text: string) => unknown): ValueCodec<Buffer> {
  return {
    encode: (value) => Buffer.from(stringify(value)),
    decode: (bytes) => parse(bytes.toString()),
    bytes: (bytes) => bytes.length,
  };
}

/** A serializer that makes bytes. */
export function byteCodec(
  encode: (value: unknown) => Uint8Array,
  decode: (bytes: Uint8Array) => unknown,
): ValueCodec<Uint8Array> {
  return { encode, decode, bytes: (bytes) => bytes.byteLength };
}
