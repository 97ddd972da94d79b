import type { Reference, ReferencePort } from '../model/ports.js';

/** The values of one payload that travel by name. */
export class NameTable {
  readonly #port: ReferencePort | undefined;
  readonly #indices = new Map<object | symbol, number>();
  /** How the other side finds them. */
  readonly references: Reference[] = [];

  constructor(port: ReferencePort | undefined) {
    this.#port = port;
  }

  get size(): number {
    return this.references.length;
  }

  /** The number of the value, or `undefined` where it must travel by value. */
  indexOf(value: object | symbol): number | undefined {
    if (this.#port === undefined) return undefined;
    const known = this.#indices.get(value);
    if (known !== undefined) return known;
    const reference = this.#port.find(value);
    if (reference === undefined) return undefined;
    const index = this.references.push(reference) - 1;
    this.#indices.set(value, index);
    return index;
  }
}
