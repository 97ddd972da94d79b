import { byteLengthOf, isBufferKind, memoryOf, offsetOf } from './views.js';

/** A piece of memory that views in the value look at. Several views of one region share memory on arrival. */
export interface Region {
  readonly memory: ArrayBuffer;
  /** The part of the memory that travels. */
  readonly start: number;
  readonly end: number;
}

/** The regions of one ArrayBuffer, and the index of the first of them. */
interface Pieces {
  readonly first: number;
  readonly list: readonly Region[];
}

/**
 * Collects the memory that a value refers to.
 *
 * The whole ArrayBuffer travels, because `view.buffer` makes all of it reachable; except where only Node
 * Buffers look at it: those are cut from a pool, whose other bytes belong to somebody else, and only the pieces that they
 * show travel. Pieces that overlap are one region, so that they still share.
 */
export class Regions {
  readonly #whole = new Set<ArrayBuffer>();
  readonly #shown = new Map<ArrayBuffer, [start: number, end: number][]>();
  #settled: Map<ArrayBuffer, Pieces> | undefined;

  /** Adds all of `memory`. */
  addWhole(memory: ArrayBuffer): void {
    this.#whole.add(memory);
  }

  /** Adds what `view` looks at. */
  addView(view: ArrayBufferView, kind: number): void {
    const memory = memoryOf(view) as ArrayBuffer;
    if (!isBufferKind(kind)) return this.addWhole(memory);
    const shown = this.#shown.get(memory);
    const piece: [number, number] = [offsetOf(view), offsetOf(view) + byteLengthOf(view)];
    if (shown === undefined) this.#shown.set(memory, [piece]);
    else shown.push(piece);
  }

  /** All regions. Nothing is added after this was asked. */
  get list(): readonly Region[] {
    return [...this.#settle().values()].flatMap(({ list }) => list);
  }

  /** The index in {@link list} of the region that holds all of `memory`. */
  indexOf(memory: ArrayBuffer): number {
    return (this.#settle().get(memory) as Pieces).first;
  }

  /** The index in {@link list} of the region that holds what `view` looks at. */
  indexOfView(view: ArrayBufferView): number {
    const { first, list } = this.#settle().get(memoryOf(view) as ArrayBuffer) as Pieces;
    const start = offsetOf(view);
    const end = start + byteLengthOf(view);
    return first + list.findIndex((region) => region.start <= start && end <= region.end);
  }

  #settle(): Map<ArrayBuffer, Pieces> {
    if (this.#settled !== undefined) return this.#settled;
    this.#settled = new Map();
    let first = 0;
    for (const memory of new Set([...this.#whole, ...this.#shown.keys()])) {
      const pieces = this.#whole.has(memory) ? [[0, memory.byteLength] as const] : join(this.#shown.get(memory) ?? []);
      const list = pieces.map(([start, end]) => ({ memory, start, end }));
      this.#settled.set(memory, { first, list });
      first += list.length;
    }
    return this.#settled;
  }
}

/** Joins pieces that overlap. */
function join(pieces: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const joined: [number, number][] = [];
  for (const [start, end] of [...pieces].sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
    const last = joined[joined.length - 1];
    if (last !== undefined && (start < last[1] || end === last[1])) last[1] = Math.max(last[1], end);
    else joined.push([start, end]);
  }
  return joined;
}
