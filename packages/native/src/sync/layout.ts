// How synchronisation primitives lie in shared memory. All numbers count 32-bit words.
//
// | words            | what                                                      |
// | ---------------- | --------------------------------------------------------- |
// | 0 … 15           | header: magic, version                                    |
// | 16 … 47          | which blocks are taken, one bit each                      |
// | 64 … 4159        | members: the threads that hold locks, 4 words each        |
// | 4160 …           | blocks: one primitive each, a cache line of 16 words each |

/** Says that the memory holds this layout, in this version. */
export const MAGIC = 0x6d70_7379;
/** Increases with every change that another version could not read. */
export const VERSION = 1;

/** Where the bits of taken blocks are. */
export const BITMAP = 16;
/** How many primitives fit. */
export const BLOCKS = 1024;
/** Where the members are. */
export const MEMBERS = 64;
/** How many threads, of all processes together, may use the memory at one time. Number 0 stands for nobody. */
export const MEMBER_COUNT = 1024;
/** The words of one member: thread id, start time, generation, one spare. */
export const MEMBER_WORDS = 4;
/** Where the blocks are. */
export const FIRST_BLOCK: number = MEMBERS + MEMBER_COUNT * MEMBER_WORDS;
/** The words of a block: a cache line, so that two primitives do not slow each other down. */
export const BLOCK_WORDS = 16;
/** The bytes of it all. */
export const ARENA_BYTES: number = 4 * (FIRST_BLOCK + BLOCKS * BLOCK_WORDS);

/** What a block is, in its last word. */
export const KINDS = {
  lock: 1,
  semaphore: 2,
  event: 3,
  condition: 4,
  barrier: 5,
} as const;

/** The word of a block that says its kind. */
export const KIND_WORD: number = BLOCK_WORDS - 1;
