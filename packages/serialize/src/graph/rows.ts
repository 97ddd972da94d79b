import { EXT } from '../model/tags.js';
import { type Columns, hashOfRow } from './record-writer.js';
import type { GraphWriter } from './writer.js';

/** With fewer records the columns cost more than they save. */
export const MIN_ROWS = 12;
/** So many records are tried together first, and twice as many after each block that was full. */
const FIRST_ROWS = 256;
/** A block is cut here: its columns stay in the processor's cache. */
const MAX_ROWS = 2048;
/** So many elements are written one by one after a block was not possible, before the next is tried. */
const MAX_PAUSE = 1024;

/**
 * Writes the records of an array as blocks: all values of the first key, of the second, and so on. Most columns are numbers or
 * strings only, which are written and read in one go, several times as fast as value by value.
 */
export class Rows {
  readonly #writer: GraphWriter;
  readonly #array: readonly unknown[];
  /** Before this index no block is tried. */
  #next = 0;
  #pause = 1;
  #most = FIRST_ROWS;

  constructor(writer: GraphWriter, array: readonly unknown[]) {
    this.#writer = writer;
    this.#array = array;
    const { canonical, observer } = writer.context;
    // Equal graphs have equal fingerprints in every version; who looks on wants to see one object after the other; and what lies
    // deep is put off one by one.
    if (canonical || observer !== undefined || writer.isDeep) this.#next = array.length;
  }

  /**
   * Writes records from `from` on as one block, as far as they are of one shape and are met for the first time.
   *
   * @returns How many were written; 0 where a block is not possible, and nothing was.
   */
  write(from: number): number {
    if (from < this.#next) return 0;
    const writer = this.#writer;
    // Among objects that were met before there is nothing to read.
    if (writer.isClaimed(this.#array[from] as object)) {
      writer.records.expectLike(this.#array[from]);
      return this.#giveUp(from);
    }
    const end = Math.min(this.#array.length, from + this.#most);
    const read = writer.records.columns(this.#array, from, end);
    if (read === undefined || read.count < MIN_ROWS) return this.#giveUp(from);
    const count = this.#meet(from, read);
    if (count === 0) return this.#giveUp(from);
    // What was read of the others was read in vain.
    if (count < MIN_ROWS) this.#giveUp(from + count);
    else this.#pause = 1;
    this.#most = count === this.#most ? Math.min(count * 2, MAX_ROWS) : Math.max(count, FIRST_ROWS);
    writer.out.extensionUint(EXT.records, count);
    writer.records.head(read.shape, count);
    writer.nested(this.#array, () => {
      for (const column of read.columns) writer.elements(count < read.count ? column.slice(0, count) : column, true);
    });
    return count;
  }

  /** Gives the records their ordinals. @returns How many have none yet, up to the first that has. */
  #meet(from: number, { count, columns }: Columns): number {
    const writer = this.#writer;
    if (!writer.context.identity) return count;
    for (let row = 0; row < count; row++) {
      const hash = writer.wantsHash ? hashOfRow(columns, row) : 0;
      if (!writer.meets(this.#array[from + row] as object, hash)) return row;
    }
    return count;
  }

  #giveUp(from: number): 0 {
    this.#next = from + this.#pause;
    this.#pause = Math.min(this.#pause * 2, MAX_PAUSE);
    return 0;
  }
}
