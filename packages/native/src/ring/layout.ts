// How a ring lies in shared memory. Numbers count 32-bit words; each side writes to cache lines of its own.
//
// | words        | written by | what                                                          |
// | ------------ | ---------- | ------------------------------------------------------------- |
// | 0 … 2        | creator    | magic, version, capacity in bytes, a power of two             |
// | 16           | writer     | bytes written since the start, modulo 2 ** 32                 |
// | 17           | writer     | 1: it waits for room                                          |
// | 18, 19       | writer     | its thread id and start time                                  |
// | 20           | writer     | 1: it has closed its end                                      |
// | 32           | reader     | bytes read since the start, modulo 2 ** 32                    |
// | 33           | reader     | 1: it waits for bytes                                         |
// | 34, 35, 36   | reader     | as 18 … 20                                                    |
// | 64 …         |            | the bytes                                                     |

/** Says that the memory holds this layout. */
export const RING_MAGIC = 0x6d70_7267;
/** Increases with every change that another version could not read. */
export const RING_VERSION = 1;

/** Where a side's words begin. */
export const SIDES = { writer: 16, reader: 32 } as const;
/** The words of a side, from where they begin. */
export const POSITION = 0;
/** Set while the side sleeps, or is about to. Also the word that it sleeps on. */
export const ASLEEP = 1;
/** The thread behind the side. 0: nobody has opened it yet. */
export const THREAD = 2;
/** When that thread began. */
export const START = 3;
/** The side was closed. */
export const CLOSED = 4;

/** Where the bytes begin, in bytes. */
export const DATA_OFFSET = 256;
