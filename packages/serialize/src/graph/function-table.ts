import type { AnyFunction, Capture, CapturedBatch, Meta } from '../model/ports.js';
import type { WalkContext } from './walk-context.js';

/** The functions of one payload that travel by value, in the order in which the walk met them. */
export class FunctionTable {
  readonly #indices = new Map<AnyFunction, number>();
  readonly #functions: AnyFunction[] = [];
  /** What the code engine wrote about each batch. */
  readonly metas: Meta[] = [];
  /** The live values of each batch, for finding paths. */
  readonly batches: CapturedBatch[] = [];
  #captured = 0;

  get size(): number {
    return this.#functions.length;
  }

  /** The number of a function, which is new if it was not met before. */
  indexOf(fn: AnyFunction): number {
    const known = this.#indices.get(fn);
    if (known !== undefined) return known;
    const index = this.#functions.push(fn) - 1;
    this.#indices.set(fn, index);
    return index;
  }

  /** The number of a function that was met before. */
  find(fn: AnyFunction): number | undefined {
    return this.#indices.get(fn);
  }

  /** Whether there are functions that were not captured yet. */
  get hasNew(): boolean {
    return this.#captured < this.#functions.length;
  }

  /** Captures functions that are new. @returns Their live values. */
  captureNew(capture: Capture, context: WalkContext): readonly unknown[] {
    const { observer } = context;
    if (observer === undefined) return this.#capture(capture, context, Number.POSITIVE_INFINITY);
    try {
      // One by one, so that each that cannot travel is reported.
      return this.#capture(capture, context, 1);
    } catch (error) {
      observer.problem(error);
      return [];
    }
  }

  #capture(capture: Capture, { pathOf, holderOf }: WalkContext, most: number): readonly unknown[] {
    const functions = this.#functions.slice(this.#captured, this.#captured + most);
    this.#captured += functions.length;
    const captured = capture.functions(functions, pathOf, holderOf);
    this.metas.push(captured.meta);
    this.batches.push(captured);
    return captured.slots;
  }
}
