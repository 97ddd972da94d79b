import { isBufferKind } from './views.js';

/** A piece of memory that views in the value look at. Several views of one ArrayBuffer share one region, and so share memory on arrival. */
export interface Region {
  readonly memory: ArrayBuffer;
  /** The part of the memory that travels. */
  start: number;
  end: number;
}

/**
 * Collects the memory that a value refers to.
 *
 * The whole ArrayBuffer travels, because `view.buffer` makes all of it reachable; except where only Node
 * Buffers look at it: those are cut from a pool, whose other bytes belong to somebody else.
 */
export class Regions {
  readonly list: Region[] = [];
  readonly #byMemory = new Map<ArrayBuffer, number>();

  /** The region that holds all of `memory`. */
  whole(memory: ArrayBuffer): number {
    return this.#extend(memory, 0, memory.byteLength);
  }

  /** The region that holds what `view` looks at. */
  ofView(view: ArrayBufferView, kind: number): number {
    const memory = view.buffer as ArrayBuffer;
    if (!isBufferKind(kind)) return this.whole(memory);
    return this.#extend(memory, view.byteOffset, view.byteOffset + view.byteLength);
  }

  /** The region of memory that was added before. */
  indexOf(memory: ArrayBuffer): number {
    return this.#byMemory.get(memory) as number;
  }

  #extend(memory: ArrayBuffer, start: number, end: number): number {
    const known = this.#byMemory.get(memory);
    if (known === undefined) {
      this.#byMemory.set(memory, this.list.length);
      return this.list.push({ memory, start, end }) - 1;
    }
    const region = this.list[known] as Region;
    region.start = Math.min(region.start, start);
    region.end = Math.max(region.end, end);
    return known;
  }
}
