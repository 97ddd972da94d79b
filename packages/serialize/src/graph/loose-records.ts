import type { ShapeTable } from './shape-table.js';
import { looseShape, type ShapeFamily, type ShapeNode } from './shapes.js';

/** So many shapes are defined in a value before any record goes without one. */
const MANY_SHAPES = 256;
/** And at least so many times as many as there were records of a shape that was known. */
const SELDOM = 4;

/**
 * Records that get no shape, because most shapes of the value are met once: objects that are used as tables, with names or numbers
 * for keys. To define a shape costs several times as much as to write such an object with its keys, for the reader as well.
 *
 * Which records these are depends on the value alone, so that the same value is always written the same way.
 */
export class LooseRecords {
  readonly #shapes: ShapeTable;
  readonly #allowed: boolean;
  #defined = 0;
  #known = 0;
  /** What stands for the shape, by the number of keys. */
  readonly #nodes: (ShapeNode | undefined)[] = [];
  /** The keys of the records that are being written, at the places where their values are. */
  #keys: string[] = [];

  /** @param allowed - Whether there may be any: what has a canonical form has none. */
  constructor(shapes: ShapeTable, allowed: boolean) {
    this.#shapes = shapes;
    this.#allowed = allowed;
  }

  /** Begins a value. */
  begin(): void {
    this.#defined = 0;
    this.#known = 0;
  }

  /** Drops what belongs to the last value. */
  end(): void {
    if (this.#keys.length > 0) this.#keys = [];
  }

  /** Counts records of one shape. @param known - Whether it was defined before. */
  count(known: boolean, records: number): void {
    if (!known) this.#defined++;
    this.#known += known ? records : records - 1;
  }

  /** What stands for the shape of a record that goes without one. @param at - Where its values go. */
  find(family: ShapeFamily, keys: readonly string[], at: number): ShapeNode | undefined {
    if (this.#defined < MANY_SHAPES || !this.#allowed || this.#defined < this.#known * SELDOM) return undefined;
    const shape = family.lookUp(keys, this.#shapes.store);
    if (shape !== undefined && this.#shapes.knows(shape)) return undefined;
    for (let i = 0; i < keys.length; i++) this.#keys[at + i] = keys[i]!;
    this.#nodes[keys.length] ??= looseShape(family, keys.length);
    return this.#nodes[keys.length];
  }

  /** Whether a shape stands for none. */
  is(shape: ShapeNode): boolean {
    return shape.key === undefined && shape.depth > 0;
  }

  /** The key of the value at a place. */
  keyAt(place: number): string {
    return this.#keys[place]!;
  }
}
