import { isAsyncPrototype } from '../kinds/async-hooks.js';
import { builtInNumber, localPrototype } from '../kinds/built-in.js';
import { isEventTargetPrototype } from '../kinds/event-targets.js';
import { isHandlePrototype } from '../kinds/handles.js';
import { isBuiltInClass } from '../kinds/host-class.js';
import { isHostPrototype, kindOfPrototype } from '../kinds/index.js';
import { isIteratorPrototype } from '../kinds/iterator-prototypes.js';
import type { Kind } from '../model/kind.js';
import { isNativeCode } from '../model/native-code.js';
import { types } from '../model/platform.js';
import { ShapeFamily } from './shapes.js';

/** What the walk needs to know about a prototype, found out once for each. */
export interface PrototypeFacts {
  readonly prototype: object | null;
  /** Its number among the prototypes of plain kinds, where it is one. Reviving those runs nobody's code. */
  readonly builtIn: number | undefined;
  /** The kind whose plain members have this prototype. */
  readonly kind: Kind | undefined;
  /** No built-in object with internal slots is made with it: it and what it inherits from are ordinary objects. */
  readonly ordinary: boolean;
  /** The built-in class on the chain whose members keep their state where nobody sees it. */
  readonly opaque: string | undefined;
  /** The shapes of ordinary objects on it. */
  readonly family: ShapeFamily;
  /** Whether the other side finds the class by name. `undefined`: not known yet. */
  isNamed: boolean | undefined;
  /** Whether members may have private fields, so that each must be asked. `undefined`: not known yet. */
  hasPrivateMembers: boolean | undefined;
  /** An object of the present value that the engine says is an ordinary one. */
  undisguised: object | undefined;
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
      opaque: local === undefined ? opaqueClass(prototype) : undefined,
      family: new ShapeFamily(prototype),
      isNamed: undefined,
      hasPrivateMembers: undefined,
      undisguised: undefined,
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
    if (types?.isProxy(object) === true || hasHostState(object)) return false;
    const local = localPrototype(object);
    if (local === Object.prototype) return true;
    if (local !== undefined) return false;
  }
  return true;
}

/** Whether members of a prototype keep state where only a kind finds it. */
function hasHostState(prototype: object): boolean {
  return (
    isIteratorPrototype(prototype) ||
    isHandlePrototype(prototype) ||
    isHostPrototype(prototype) ||
    isAsyncPrototype(prototype) ||
    isEventTargetPrototype(prototype)
  );
}

/** Classes of the language that one extends, or makes objects of, without hidden state. */
const OPEN_CLASSES: ReadonlySet<string> = new Set(['Object', 'Function', 'Iterator', 'AsyncIterator']);

/** What the language calls the prototypes of its iterators, which have no class of their own. */
const ITERATOR_TAG = /(?:Iterator|Segments|Helper|Wrap for valid iterators?)$/;

/** Iterators of the host's, which it writes in JavaScript. */
const HOST_ITERATORS: ReadonlySet<string> = new Set([
  'URLSearchParams Iterator',
  'Headers Iterator',
  'FormData Iterator',
]);

/**
 * The first class on a prototype chain that is built in and of no kind that travels. An ordinary object would pass for a
 * member of it here, and fail on the other side at its first use.
 */
function opaqueClass(prototype: object | null): string | undefined {
  for (let object = prototype; object !== null; object = Object.getPrototypeOf(object) as object | null) {
    if (types?.isProxy(object) === true) return undefined;
    if (localPrototype(object) !== undefined) return undefined;
    const tag: unknown = Object.getOwnPropertyDescriptor(object, Symbol.toStringTag)?.value;
    const owner: unknown = Object.getOwnPropertyDescriptor(object, 'constructor')?.value;
    if (owner === undefined && HOST_ITERATORS.has(tag as string)) return tag as string;
    // The one prototype of the language that says nothing about itself (ECMA-402, 18.5.2).
    const containing: unknown = Object.getOwnPropertyDescriptor(object, 'containing')?.value;
    if (owner === undefined && typeof containing === 'function' && isNativeCode(containing)) return 'Segments';
    if (owner === undefined && typeof tag === 'string' && ITERATOR_TAG.test(tag) && hasNativeMethod(object)) return tag;
    if (typeof owner !== 'function' || types?.isProxy(owner) === true) continue;
    const name = String(Object.getOwnPropertyDescriptor(owner, 'name')?.value);
    if (isBuiltInClass(owner, name) && !OPEN_CLASSES.has(name)) return name;
  }
  return undefined;
}

function hasNativeMethod(prototype: object): boolean {
  return Reflect.ownKeys(prototype).some((key) => {
    const method: unknown = Object.getOwnPropertyDescriptor(prototype, key)?.value;
    return typeof method === 'function' && types?.isProxy(method) !== true && isNativeCode(method);
  });
}
