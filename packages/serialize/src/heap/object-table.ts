import { uncleared } from '../model/platform.js';
import { ProcessMemory } from './process-memory.js';
import { Words } from './words.js';

/**
 * How many slots the table has. An array of more than 128 KB gets a page of its own, at the beginning of which its elements
 * are, and which the garbage collector never moves (V8: `kMaxRegularHeapObjectSize`, `LargeObjectSpace`).
 */
const SLOTS = 20_000;

/** V8's pages begin at multiples of this (`kPageSizeBits`). */
const PAGE_BYTES = 2 ** 18;

/** The header of a page is smaller: 4.4 KB up to V8 12, a few bytes after. */
const PAGE_START_BYTES = 8192;

/** Two random numbers, by which the table is known, and an object that moves at each garbage collection. */
const HEAD = 3;

/** How much a reading may read: several times the table. */
const ARENA_WORDS = 2 ** 16;

/** A garbage collection in the middle of a reading is rare: a reading allocates next to nothing. */
const ATTEMPTS = 10;

/** What a reading sees of the heap. */
export interface HeapView {
  /** The pointer to an object that the reading was asked for. */
  pointerTo(index: number): number;
  /** The pointers to other objects, at most as many as {@link HeapView.batch}. */
  pointersTo(objects: readonly object[]): Words;
  /** How many objects one call of {@link HeapView.pointersTo} takes. */
  readonly batch: number;
  /** The words of the object that a pointer leads to, its hidden class first. */
  words(pointer: number, count: number): Words;
  /** Bytes at an address. */
  bytes(address: number, count: number): Uint8Array<ArrayBuffer>;
  /** What an object is by its hidden class: see `hidden-class-words.ts`. The same for all objects of one. */
  readonly flags: Map<number, number>;
}

/** The heap was not as it must be: the garbage collector was at work. */
class Unsteady extends Error {}

/**
 * Where objects are in memory: they are put into an array that never moves, and the memory of that array is read.
 *
 * The array is looked for once, at the beginning of each of the engine's pages, by two random numbers in it. A copy of these (in
 * a buffer, in a dead object) does not pass for it: the numbers in the array are then changed, and must change there.
 */
export class ObjectTable {
  static #shared: ObjectTable | undefined;

  // One object from the start, so that the engine never keeps the elements in another form.
  readonly #slots: unknown[] = new Array<unknown>(SLOTS).fill(0).fill({}, 0, 1);
  // All words are read into one piece of memory: the less is allocated, the rarer a collection.
  readonly #arena = new Uint32Array(ARENA_WORDS * 2);
  readonly #arenaBytes = new Uint8Array(this.#arena.buffer);
  /** Where the slots are; 0 as long as they were not looked for. */
  #address = 0;

  /** The table of this thread. */
  static get(): ObjectTable {
    ObjectTable.#shared ??= new ObjectTable();
    return ObjectTable.#shared;
  }

  /**
   * Reads the memory of objects.
   *
   * What `read` returns is believed only if no object moved meanwhile; otherwise it is called again.
   *
   * @returns `undefined` where this process may not read its memory, or does not find its way in it.
   */
  look<T>(objects: readonly object[], read: (view: HeapView) => T): T | undefined {
    const memory = objects.length + HEAD < SLOTS ? ProcessMemory.open() : undefined;
    if (memory === undefined) return undefined;
    const slots = this.#slots;
    const used = objects.length + HEAD;
    let filled = used;
    try {
      if (!this.#isAt(memory, this.#address) && !this.#locate(memory)) return undefined;
      const arena = this.#arena;
      const arenaBytes = this.#arenaBytes;
      let end = 0;
      const read8 = (address: number, count: number): Words => {
        if (end + count > ARENA_WORDS) throw new Unsteady();
        const got = memory.read(address, arenaBytes, end * 8, count * 8);
        if (got === 0) throw new Unsteady();
        // Behind the last object of the last page nothing may be.
        arenaBytes.fill(0, end * 8 + got, (end + count) * 8);
        end += count;
        return new Words(arena, end - count, count);
      };
      const bytes = (address: number, count: number): Uint8Array<ArrayBuffer> => {
        const into = uncleared(count);
        if (memory.read(address, into) < count) throw new Unsteady();
        return into;
      };
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        this.#mark();
        slots[2] = {};
        for (let i = 0; i < objects.length; i++) slots[HEAD + i] = objects[i];
        try {
          end = 0;
          const before = read8(this.#address, used);
          const flags = new Map<number, number>();
          const result = read({
            flags,
            batch: SLOTS - used,
            pointerTo: (index) => before.raw(HEAD + index),
            pointersTo: (others) => {
              for (let i = 0; i < others.length; i++) slots[used + i] = others[i];
              filled = Math.max(filled, used + others.length);
              // Of these, one batch at a time is looked at.
              const words = read8(this.#address + used * 8, others.length);
              end -= words.length;
              return words;
            },
            words: (pointer, count) => read8(pointer - 1, count),
            bytes,
          });
          if (this.#isMarked(before) && before.equals(read8(this.#address, used))) return result;
        } catch (error) {
          if (!(error instanceof Unsteady)) throw error;
        }
      }
      return undefined;
    } finally {
      slots.fill(0, 0, filled);
      memory.close();
    }
  }

  /** Writes other random numbers into the table. */
  #mark(): void {
    const slots = this.#slots;
    // Not alike in two positions, and not small: other words of the heap are.
    slots[0] = (0x1000_0000 + Math.random() * 0x2fff_ffff) | 0;
    slots[1] = (0x4000_0000 + Math.random() * 0x2fff_ffff) | 0;
  }

  #isMarked(words: Words): boolean {
    return words.integer(0) === this.#slots[0] && words.integer(1) === this.#slots[1];
  }

  /** Whether the table is at an address: what is written to the one appears at the other, twice. */
  #isAt(memory: ProcessMemory, address: number): boolean {
    if (address === 0) return false;
    const head = new Uint32Array(4);
    for (let i = 0; i < 2; i++) {
      this.#mark();
      if (memory.read(address, new Uint8Array(head.buffer)) < head.byteLength) return false;
      if (!this.#isMarked(new Words(head, 0, 2))) return false;
    }
    return true;
  }

  #locate(memory: ProcessMemory): boolean {
    const start = new Uint32Array(PAGE_START_BYTES / 4);
    const bytes = new Uint8Array(start.buffer);
    const words = new Words(start, 0, PAGE_START_BYTES / 8);
    const found: number[] = [];
    this.#mark();
    const [first, second] = this.#slots as [number, number];
    for (const [from, to] of memory.regions()) {
      for (let page = Math.ceil(from / PAGE_BYTES) * PAGE_BYTES; page + PAGE_START_BYTES <= to; page += PAGE_BYTES) {
        if (memory.read(page, bytes) < bytes.byteLength) continue;
        for (let i = 0; i < words.length - 1; i++) {
          if (words.high(i) === first && words.integer(i) === first && words.integer(i + 1) === second) {
            found.push(page + i * 8);
          }
        }
      }
    }
    this.#address = found.find((address) => this.#isAt(memory, address)) ?? 0;
    return this.#address !== 0;
  }
}
