import { builtInNumber, localPrototype } from '../kinds/built-in.js';
import { kindOfPrototype } from '../kinds/index.js';
import type { Kind } from '../model/kind.js';
import { types } from '../model/platform.js';
import { ShapeFamily } from '../wire/shapes.js';

/** What the walk needs to know about a prototype, found out once for each. */
export interface PrototypeFacts {
  readonly prototype: object | null;
  /** Its number among the prototypes of plain kinds, where it is one. Reviving those runs nobody's code. */
  readonly builtIn: number | undefined;
  /** The kind whose plain members have this prototype. */
  readonly kind: Kind | undefined;
  /** No built-in object with internal slots is made with it: it and what it inherits from are ordinary objects. */
  readonly ordinary: boolean;
  /** The shapes of ordinary objects on it. */
  readonly family: ShapeFamily;
  /** Whether members may have private fields, so that each must be asked. `undefined`: not known yet. */
  hasPrivateMembers: boolean | undefined;
}

/** Finds out about prototypes, and remembers it. */
export class PrototypeTable {
  /** Facts about prototypes of plain kinds, which do not change. */
  readonly #builtIn = new Map<object | null, PrototypeFacts>();
  /** Facts about others, which a program may change between two values. */
  readonly #local = new Map<object | null, PrototypeFacts>();

  of(prototype: object | null): PrototypeFacts {
    return this.#builtIn.get(prototype) ?? this.#local.get(prototype) ?? this.#add(prototype);
  }

  #add(prototype: object | null): PrototypeFacts {
    const local = prototype === null ? null : localPrototype(prototype);
    const facts: PrototypeFacts = {
      prototype,
      builtIn: local === undefined ? undefined : builtInNumber(local),
      kind: local === undefined || local === null ? undefined : kindOfPrototype(local),
      ordinary: isOrdinaryChain(prototype),
      family: new ShapeFamily(),
      hasPrivateMembers: undefined,
    };
    (local === prototype ? this.#builtIn : this.#local).set(prototype, facts);
    return facts;
  }

  /** Forgets what a program may change. */
  forgetLocal(): void {
    if (this.#local.size > 0) this.#local.clear();
  }
}

function isOrdinaryChain(prototype: object | null): boolean {
  for (let object = prototype; object !== null; object = Object.getPrototypeOf(object) as object | null) {
    if (types?.isProxy(object) === true) return false;
    const local = localPrototype(object);
    if (local === Object.prototype) return true;
    if (local !== undefined) return false;
  }
  return true;
}
