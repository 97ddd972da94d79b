import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';
import { itemBytes, readItem, type ShareableItem, writeItem } from './shareable-item.js';
import { SharedMemory } from './shared-memory.js';

// Words of 32 bits: magic, count; then for each item where its bytes begin, and how many there are room for.
const MAGIC = 0x6d70_736c;
const HEAD_BYTES = 8;
const ENTRY_BYTES = 8;
const ALIGNMENT = 8;

/** How a list is made or found. */
export interface ShareableListOptions {
  /** The name of the list, to find one that somebody made, or for a new one. */
  readonly name?: string | undefined;
  /** Room for each item at least, in bytes: for strings that will become longer. @defaultValue 8 */
  readonly slotBytes?: number | undefined;
}

/**
 * A list of fixed length in shared memory: numbers, 64-bit bigints, booleans, strings, bytes, null and undefined.
 *
 * What is put in comes out as it was: also strings and bytes that end in NUL, which Python's list loses. An item may be
 * replaced by one of another type, and by a longer one as far as its room goes. A reader may see half of an item that is
 * being written: use a lock where that can happen.
 *
 * @example
 * const list = new ShareableList(['waiting', 0, null]);
 * await pool.apply((shared) => { shared.set(0, 'done'); }, [list]);
 * list.get(0); // 'done'
 */
export class ShareableList implements Iterable<ShareableItem>, Disposable {
  /** The memory that it is in. */
  readonly shm: SharedMemory;
  /** How many items it has. */
  readonly length: number;
  readonly #view: DataView;

  /** @param items - What is in a new list. Without them, the list with this name is attached. */
  constructor(items: Iterable<ShareableItem> | undefined, options: ShareableListOptions | SharedMemory = {}) {
    this.shm =
      options instanceof SharedMemory
        ? options
        : items === undefined
          ? new SharedMemory({ name: options.name })
          : create([...items], options);
    this.#view = new DataView(this.shm.buffer);
    if (this.shm.size < HEAD_BYTES || this.#view.getUint32(0, true) !== MAGIC)
      throw new ProcessError(PROCESS_ERROR_CODES.layout, `The shared memory ${this.shm.name} holds no list.`);
    this.length = this.#view.getUint32(4, true);
  }

  /** An item. Negative numbers count from the end. @throws RangeError where there is none. */
  get(index: number): ShareableItem {
    const at = this.#locate(index);
    return readItem(this.#bytes, this.#view.getUint32(at, true), this.#view.getUint32(at + 4, true));
  }

  /**
   * Replaces an item.
   *
   * @throws ProcessError with code `MP_ARGUMENT` where it needs more room than there is, or is of a type that cannot be in it.
   */
  set(index: number, item: ShareableItem): void {
    const at = this.#locate(index);
    const room = this.#view.getUint32(at + 4, true);
    const needed = itemBytes(item);
    if (needed > room)
      throw new ProcessError(
        PROCESS_ERROR_CODES.argument,
        `An item of ${needed} bytes does not fit into item ${index} of the list, which has room for ${room}: make the list with { slotBytes }.`,
      );
    writeItem(this.#bytes, this.#view.getUint32(at, true), item);
  }

  /** How often an item is in it. */
  count(item: ShareableItem): number {
    return [...this].filter((one) => Object.is(one, item)).length;
  }

  /** Where an item is first. @throws RangeError where it is not. */
  index(item: ShareableItem): number {
    const found = [...this].findIndex((one) => Object.is(one, item));
    if (found >= 0) return found;
    throw new RangeError(`${String(item)} is not in the list.`);
  }

  *[Symbol.iterator](): Generator<ShareableItem, void, undefined> {
    for (let index = 0; index < this.length; index++) yield this.get(index);
  }

  /** Lets go of its memory in this process. */
  [Symbol.dispose](): void {
    this.shm.close();
  }

  get #bytes(): Buffer {
    return Buffer.from(this.shm.buffer);
  }

  #locate(index: number): number {
    const place = index < 0 ? index + this.length : index;
    if (Number.isInteger(place) && place >= 0 && place < this.length) return HEAD_BYTES + place * ENTRY_BYTES;
    throw new RangeError(`A list of ${this.length} items has no item ${index}.`);
  }
}

function create(items: readonly ShareableItem[], { name, slotBytes = ALIGNMENT }: ShareableListOptions): SharedMemory {
  const rooms = items.map((item) => align(Math.max(slotBytes, itemBytes(item))));
  const start = HEAD_BYTES + items.length * ENTRY_BYTES;
  const memory = new SharedMemory({ create: true, name, size: rooms.reduce((sum, room) => sum + room, start) });
  const bytes = Buffer.from(memory.buffer);
  let at = start;
  for (const [index, item] of items.entries()) {
    const room = rooms[index] as number;
    bytes.writeUInt32LE(at, HEAD_BYTES + index * ENTRY_BYTES);
    bytes.writeUInt32LE(room, HEAD_BYTES + index * ENTRY_BYTES + 4);
    writeItem(bytes, at, item);
    at += room;
  }
  bytes.writeUInt32LE(items.length, 4);
  bytes.writeUInt32LE(MAGIC, 0);
  return memory;
}

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
