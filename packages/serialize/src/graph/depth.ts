import { Refusal } from '../model/refusal.js';

/** Nesting that the machine stack carries; what lies deeper is put off and written from a stack of its own. */
export const MAX_RECURSION = 200;
/**
 * Where nesting goes on through objects that cannot be put off, such as proxies: what a reader takes, which
 * goes two levels deeper for each.
 */
export const MAX_UNSPLIT = 400;

/** An object lies too deep for the stack, and must be whole before what holds it is made: it is to be written first of all. */
export class TooDeep {
  readonly object: object;

  constructor(object: object) {
    this.object = object;
  }
}

/** Refuses a value that nests more deeply than can be written without keeping track of identity. */
export function tooDeep(): never {
  throw new Refusal(
    undefined,
    'it nests too deeply to be written without keeping track of identity, or it contains itself',
    'Leave `identity` at its default.',
    'MP_LIMIT',
  );
}

/**
 * Objects that are written in front of the value, at no depth; the value then refers to them. Each is found by an attempt to
 * write what needs it, so that of a chain without end the innermost link is written first.
 */
export class Foundations {
  /** What needs the next one stands before it. */
  readonly #objects: object[] = [];
  /** Which one is being written; -1 for the value. */
  #at = -1;

  get size(): number {
    return this.#objects.length;
  }

  /** All of them, each before what needs it. */
  *inOrder(): Iterable<object> {
    for (this.#at = this.#objects.length - 1; this.#at >= 0; this.#at--) yield this.#objects[this.#at]!;
  }

  /** Adds what the one that is being written needs. */
  add(object: object): void {
    if (this.#objects.includes(object)) {
      throw new Refusal(
        object,
        'it leads back to itself through objects that must be whole before what holds them',
        '',
      );
    }
    this.#objects.splice(this.#at + 1, 0, object);
    this.#at = -1;
  }
}
