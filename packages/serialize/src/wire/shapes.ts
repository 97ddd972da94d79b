/** A list of keys in their order, on one prototype: what the objects of one record shape have in common. */
export interface Shape {
  readonly id: number;
  readonly keys: readonly string[];
  readonly family: ShapeFamily;
}

/** Objects with more keys than this are written with their keys. */
export const MAX_SHAPE_KEYS = 128;

/** Shapes that begin with the same key are compared one by one up to here, and by a joined name beyond. */
const MAX_BUCKET = 8;

/** All shapes on one prototype. */
export class ShapeFamily {
  readonly prototype: object | null;
  /** Where two objects in a row have one shape, no look-up is needed. */
  #last: Shape | undefined;
  readonly #byFirstKey = new Map<string | undefined, Shape[]>();
  readonly #byName = new Map<string, Shape>();

  constructor(prototype: object | null) {
    this.prototype = prototype;
  }

  find(keys: readonly string[]): Shape | undefined {
    const last = this.#last;
    if (last !== undefined && sameKeys(last.keys, keys)) return last;
    const bucket = this.#byFirstKey.get(keys[0]);
    if (bucket === undefined) return undefined;
    for (let i = 0; i < bucket.length; i++) {
      if (sameKeys(bucket[i]!.keys, keys)) {
        this.#last = bucket[i];
        return bucket[i];
      }
    }
    return this.#byName.size === 0 ? undefined : this.#byName.get(nameOf(keys));
  }

  add(keys: readonly string[], id: number): Shape {
    const shape: Shape = { id, keys, family: this };
    const bucket = this.#byFirstKey.get(keys[0]);
    if (bucket === undefined) this.#byFirstKey.set(keys[0], [shape]);
    else if (bucket.length < MAX_BUCKET) bucket.push(shape);
    else this.#byName.set(nameOf(keys), shape);
    this.#last = shape;
    return shape;
  }

  /** Takes back what {@link add} did. */
  remove(shape: Shape): void {
    if (this.#last === shape) this.#last = undefined;
    const bucket = this.#byFirstKey.get(shape.keys[0]);
    const index = bucket?.indexOf(shape) ?? -1;
    if (index >= 0) bucket!.splice(index, 1);
    else this.#byName.delete(nameOf(shape.keys));
  }
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  const { length } = a;
  if (length !== b.length) return false;
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Lengths and keys: no two lists of keys have one name. */
function nameOf(keys: readonly string[]): string {
  let name = '';
  for (const key of keys) name += `${key.length}:${key}`;
  return name;
}
