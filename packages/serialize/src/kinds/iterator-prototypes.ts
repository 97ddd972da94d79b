import type { ValueSink } from '../model/kind.js';
import { types } from '../model/platform.js';
import { engineName } from './engine-name.js';
import { isMatchesPrototype } from './matches.js';

const { getOwnPropertyDescriptor, getPrototypeOf } = Object;

/** What the prototypes of iterators are called by themselves (ECMA-262), and their members by the engine. */
const ENGINE_NAMES = { 'Array Iterator': 'Array Iterator', 'String Iterator': 'StringIterator' } as const;

type Tag = keyof typeof ENGINE_NAMES;

function tagOf(prototype: object): unknown {
  return types?.isProxy(prototype) === true
    ? undefined
    : getOwnPropertyDescriptor(prototype, Symbol.toStringTag)?.value;
}

/** Whether a prototype is, by its name, that of iterators whose state is in hidden slots. Each realm has its own. */
export function isIteratorPrototype(prototype: object): boolean {
  return isMatchesPrototype(prototype) || Object.hasOwn(ENGINE_NAMES, String(tagOf(prototype)));
}

/** Whether an object is an iterator of a kind, under the prototype of its kind. Runs no user code. */
export function isIteratorOf(tag: Tag, value: object): boolean {
  if (types?.isProxy(value) === true) return false;
  const prototype = getPrototypeOf(value) as object | null;
  return prototype !== null && tagOf(prototype) === tag && engineName(value) === ENGINE_NAMES[tag];
}

/** The prototype of an iterator that has that of its kind; for others an object that is the prototype of none. */
export function ownPrototypeOf(tag: Tag, value: object): object {
  return isIteratorOf(tag, value) ? (getPrototypeOf(value) as object) : value;
}

/** The error for an object that has the prototype of an iterator and nothing else of it. */
export function refuseImpostor(value: object, sink: ValueSink): Error {
  return sink.refuse(
    value,
    'it inherits from the iterators of the language and is none: its methods fail here, too',
    'Give it another prototype.',
  );
}
