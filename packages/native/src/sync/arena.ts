import { NATIVE_ERROR_CODES, NativeError } from '../native-error.js';
import { SharedMemory } from '../shared-memory/shared-memory.js';
import { ARENA_BYTES, BITMAP, BLOCK_WORDS, BLOCKS, FIRST_BLOCK, KIND_WORD, MAGIC, VERSION } from './layout.js';
import { Members } from './members.js';

/** Where a primitive is, apart from the memory that it is in: enough to find it in another process. */
export interface SyncHandle {
  /** The name of the arena's memory, or `undefined` where it travels as a descriptor. */
  readonly memory: string | undefined;
  /** The number of the block. */
  readonly block: number;
}

/**
 * Shared memory for up to 1024 locks and other means to wait for each other, used by up to 1023 threads.
 *
 * @example
 * using arena = SyncArena.create();
 * const lock = Lock.create(arena);
 * // elsewhere, with the name arena.memory.name and lock.handle.block:
 * const same = Lock.attach(SyncArena.attach(SharedMemory.attach(name)), block);
 */
export class SyncArena implements Disposable {
  /** The memory. It belongs to the arena, and is closed with it. */
  readonly memory: SharedMemory;
  /** The memory as words; for the classes of this folder. */
  readonly words: Int32Array;
  /** Who uses it; for the classes of this folder. */
  readonly members: Members;

  private constructor(memory: SharedMemory) {
    this.memory = memory;
    this.words = new Int32Array(memory.buffer);
    this.members = new Members(this.words);
  }

  /** Makes an arena, in memory with a name (see {@link SharedMemory.create}) or, by default, without. */
  static create(options: { readonly name?: string } = {}): SyncArena {
    const { name } = options;
    const memory =
      name === undefined
        ? SharedMemory.createAnonymous({ size: ARENA_BYTES })
        : SharedMemory.create({ name, size: ARENA_BYTES });
    const arena = new SyncArena(memory);
    Atomics.store(arena.words, 1, VERSION);
    Atomics.store(arena.words, 0, MAGIC);
    return arena;
  }

  /**
   * Finds the arena in memory that was attached.
   *
   * @throws NativeError `MP_LAYOUT` where the memory holds none, or one of another version.
   */
  static attach(memory: SharedMemory): SyncArena {
    const head = memory.size >= ARENA_BYTES ? new Int32Array(memory.buffer, 0, 2) : [0, 0];
    if (head[0] === MAGIC && head[1] === VERSION) return new SyncArena(memory);
    const found =
      head[0] === MAGIC ? `version ${head[1]} of an arena, and this is version ${VERSION}` : 'no arena of locks';
    throw new NativeError(NATIVE_ERROR_CODES.layout, `This shared memory holds ${found}.`);
  }

  /**
   * Takes a free block, filled with zeros.
   *
   * @returns Its number.
   */
  allocate(kind: number): number {
    for (let word = 0; word < BLOCKS / 32; word++) {
      for (;;) {
        const taken = Atomics.load(this.words, BITMAP + word);
        if (taken === -1) break;
        const bit = Math.clz32(~taken);
        const mask = 1 << (31 - bit);
        if (Atomics.compareExchange(this.words, BITMAP + word, taken, taken | mask) !== taken) continue;
        const block = word * 32 + bit;
        const at = this.locate(block);
        this.words.fill(0, at, at + BLOCK_WORDS);
        Atomics.store(this.words, at + KIND_WORD, kind);
        return block;
      }
    }
    throw new NativeError(NATIVE_ERROR_CODES.systemCall, `This arena of locks is full: it has room for ${BLOCKS}.`);
  }

  /** Gives a block back. Nobody may use what is in it any more. */
  free(block: number): void {
    Atomics.store(this.words, this.locate(block) + KIND_WORD, 0);
    Atomics.and(this.words, BITMAP + (block >>> 5), ~(1 << (31 - (block & 31))));
  }

  /** @throws NativeError `MP_CLOSED` where the memory was closed: its words are gone. */
  checkOpen(): void {
    if (this.words.length === 0) throw new NativeError(NATIVE_ERROR_CODES.closed, 'This arena of locks is closed.');
  }

  /** The first word of a block. */
  locate(block: number): number {
    return FIRST_BLOCK + block * BLOCK_WORDS;
  }

  /**
   * The first word of a block that must hold a certain kind.
   *
   * @throws NativeError `MP_LAYOUT` where it holds something else.
   */
  expect(block: number, kind: number, name: string): number {
    const inside = Number.isInteger(block) && block >= 0 && block < BLOCKS;
    if (inside && Atomics.load(this.words, this.locate(block) + KIND_WORD) === kind) return this.locate(block);
    throw new NativeError(NATIVE_ERROR_CODES.layout, `Block ${block} of this arena holds no ${name}.`);
  }

  /** How a primitive is found by others. */
  handle(block: number): SyncHandle {
    return { memory: this.memory.name, block };
  }

  /** Closes the memory. Waits that are under way end with an error. */
  [Symbol.dispose](): void {
    this.memory.close();
  }
}
