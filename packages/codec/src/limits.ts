/**
 * What a decoder accepts before it refuses a payload with `MP_LIMIT`, and what a session may keep. An encoder may refuse
 * already what a decoder with the same limits would.
 *
 * The two ends of a session have the same {@link CodecLimits.maxSessionEntries}.
 */
export interface CodecLimits {
  /** Nesting depth of a value. @defaultValue 10_000_000 */
  readonly maxDepth: number;
  /** Elements, entries and properties of one value, together. @defaultValue 2 ** 32 */
  readonly maxNodes: number;
  /** Bytes of one payload's body. @defaultValue 2 ** 32 */
  readonly maxBodyBytes: number;
  /** Entries that one direction of a session remembers (code, record shapes, tags). @defaultValue 4096 */
  readonly maxSessionEntries: number;
}

/**
 * The limits that hold where a context names none.
 *
 * Depth and node count are far above what real values have and still small enough that a hostile
 * payload cannot hold the process for long: a node costs at least one byte of payload.
 */
export const DEFAULT_LIMITS: CodecLimits = Object.freeze({
  maxDepth: 10_000_000,
  maxNodes: 2 ** 32,
  maxBodyBytes: 2 ** 32,
  // A worker that knows 4096 functions and shapes holds a few megabytes for them.
  maxSessionEntries: 4096,
});
