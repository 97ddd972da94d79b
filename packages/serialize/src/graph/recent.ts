/** So many are compared one by one in less time than looking closely at one object takes. */
const PLACES = 4;
const NOTHING: object = {};

/**
 * The objects that were met again last, where the walk expected another one.
 *
 * Parts of a graph lead back to the same few objects over and over: the parent, the document, the owner. Such an object is
 * never of the kind that is expected next, and to look at it closely costs more than all else about a reference.
 */
export class RecentReferences {
  readonly #objects: object[] = new Array<object>(PLACES).fill(NOTHING);
  readonly #numbers: number[] = new Array<number>(PLACES).fill(-1);
  #next = 0;

  /** The number of an object, if it is among them; else -1. */
  find(object: object): number {
    const objects = this.#objects;
    for (let i = 0; i < PLACES; i++) if (objects[i] === object) return this.#numbers[i]!;
    return -1;
  }

  /** Notes an object in place of the one that was noted first. */
  note(object: object, number: number): void {
    this.#objects[this.#next] = object;
    this.#numbers[this.#next] = number;
    this.#next = (this.#next + 1) % PLACES;
  }

  /** Forgets all of them. */
  clear(): void {
    const objects = this.#objects;
    for (let i = 0; i < PLACES; i++) objects[i] = NOTHING;
    this.#next = 0;
  }
}
