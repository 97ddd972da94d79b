import type { CodecLimits, Reducer, ReviveContext } from '@mp/codec';
import type { ReferencePort, Revival } from '../model/ports.js';
import type { ByteReader } from '../wire/byte-reader.js';
import type { ReaderShape } from './reader-shapes.js';
import type { Tables } from './tables.js';

/** What a reader is given. */
export interface ReadContext {
  readonly source: ByteReader;
  /** Whether objects are counted, because something refers back. */
  readonly counting: boolean;
  readonly trusted: boolean;
  readonly tables: Tables;
  readonly limits: CodecLimits;
  /** Shapes and keys that earlier messages of the session defined; new ones are added. */
  readonly shapes: ReaderShape[];
  readonly keys: string[];
  readonly reducers: ReadonlyMap<string, Reducer>;
  /** What a reducer may ask when it revives. */
  revivalContext(): ReviveContext;
  readonly references: ReferencePort | undefined;
  readonly revival: Revival | undefined;
  /**
   * Reads for the sake of the shapes alone: what a session's message defines must be known even where the message
   * itself cannot be revived. Nothing is revived, and what would be is an empty object.
   */
  readonly scanning: boolean;
}
