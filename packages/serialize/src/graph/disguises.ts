import { disguisedKind } from '../kinds/index.js';
import { knownHiddenClasses } from '../model/hidden-class.js';
import type { Kind } from '../model/kind.js';
import type { PrototypeFacts } from './prototypes.js';

const { getOwnPropertyNames } = Object;

/** Ordinary objects of the commonest hidden classes without properties. */
const ORDINARY: readonly object[] = [{}, JSON.parse('{}') as object, Object.create(null) as object];

/**
 * Where hidden classes are not known, so many objects are asked about in a thread: they are soon known, unless the host forbids
 * it. Then only objects without properties of their own are asked about.
 */
const ASKED_ONE_BY_ONE = 1024;

/** So many plain objects are asked about in one value: those of one that has more hidden classes are all different. */
const ASKED_PLAIN = 256;

let asked = 0;

/**
 * Finds built-in objects that were given the prototype of another class, and pass for ordinary ones.
 *
 * To ask the engine takes 2 µs, so one object of each prototype and hidden class is asked about in each value.
 */
export class Disguises {
  #noted: PrototypeFacts[] = [];
  /** How many plain objects of the present value were asked about. */
  #plain = 0;

  /** The kind of an object that has no kind for all that can be seen of it; `undefined` for an ordinary one. */
  kindOf(object: object, facts: PrototypeFacts): Kind | undefined {
    const same = knownHiddenClasses()?.same;
    if (same === undefined) {
      if (++asked > ASKED_ONE_BY_ONE && getOwnPropertyNames(object).length > 0) return undefined;
    } else {
      if (facts.undisguised !== undefined && same(object, facts.undisguised)) return undefined;
      if (facts.builtIn !== undefined && ++this.#plain > ASKED_PLAIN && getOwnPropertyNames(object).length > 0) {
        return undefined;
      }
      for (let i = 0; i < ORDINARY.length; i++) if (same(object, ORDINARY[i]!)) return undefined;
    }
    const kind = disguisedKind(object);
    if (kind === undefined) {
      if (facts.undisguised === undefined) this.#noted.push(facts);
      facts.undisguised = object;
    }
    return kind;
  }

  /** Drops what belongs to the last value. */
  end(): void {
    this.#plain = 0;
    if (this.#noted.length === 0) return;
    for (const facts of this.#noted) facts.undisguised = undefined;
    this.#noted = [];
  }
}
