import type { SyncArena, SyncHandle } from './arena.js';

/** What has a block of an arena: where it is, and how others find it. */
export abstract class Primitive {
  /** The arena that it is in. */
  protected readonly arena: SyncArena;
  /** The arena's memory. */
  protected readonly words: Int32Array;
  /** The index of the block's first word. */
  protected readonly at: number;
  readonly #block: number;

  /** @throws NativeError `MP_LAYOUT` where the block holds something else. */
  protected constructor(arena: SyncArena, block: number, kind: number, name: string) {
    this.arena = arena;
    this.words = arena.words;
    this.at = arena.expect(block, kind, name);
    this.#block = block;
  }

  /** How others find it. */
  get handle(): SyncHandle {
    return this.arena.handle(this.#block);
  }

  /** Removes it from its arena. Nobody may use it any more. */
  destroy(): void {
    this.arena.free(this.#block);
  }
}
