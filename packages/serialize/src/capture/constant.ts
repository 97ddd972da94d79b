import type { AnyFunction, ReferencePort } from '../model/ports.js';
import { factsOf } from './code.js';

const ARROW_KEYS: ReadonlySet<PropertyKey> = new Set(['length', 'name']);

/** How constant functions travel, as far as that was found out: a program asks about the same few again and again. */
export type ConstantFunctions = WeakMap<AnyFunction, 'reference' | 'text'>;

/**
 * Whether encoding the function again, at any later time, gives the same payload: it travels by reference, or it is an
 * arrow whose text says everything about it. False where that is not certain.
 */
export function isConstantFunction(fn: AnyFunction, references: ReferencePort, known: ConstantFunctions): boolean {
  const before = known.get(fn);
  if (before === 'reference') return true;
  if (before === undefined && references.find(fn) !== undefined) {
    // What it refers to stays right, even where this process lets the name mean something else later.
    known.set(fn, 'reference');
    return true;
  }
  // Functions and classes have a prototype that may change, and with it what they are; properties come and go.
  for (const key of Reflect.ownKeys(fn)) if (!ARROW_KEYS.has(key)) return false;
  if (before === 'text') return true;
  if (!isTextAll(fn)) return false;
  known.set(fn, 'text');
  return true;
}

/** Whether the text of a function says everything that its code depends on. */
function isTextAll(fn: AnyFunction): boolean {
  try {
    const facts = factsOf(Function.prototype.toString.call(fn), false);
    return (
      facts.kind === 'arrow' &&
      facts.free.size === 0 &&
      facts.outerThis.length === 0 &&
      facts.outerNewTarget.length === 0 &&
      facts.outerSuper.length === 0 &&
      facts.freePrivateNames.size === 0 &&
      facts.importMeta.length === 0 &&
      facts.dynamicImports.length === 0 &&
      !facts.hasDirectEval &&
      !facts.callsOuterSuper
    );
  } catch {
    return false;
  }
}
