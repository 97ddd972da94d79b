// What an adapter of a function serializer offers. One small file for each library.
import type { Peer } from '../../harness/model.js';

export interface FunctionCodec {
  encode(fn: unknown): Uint8Array | Promise<Uint8Array>;
  decode(bytes: Uint8Array): unknown;
}

export interface FunctionPeer extends Peer {
  /** Imports the library, and sets up what must come before the functions are loaded. */
  readonly load: () => Promise<FunctionCodec>;
}
