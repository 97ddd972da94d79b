import type { AnyFunction, ReferencePort } from '../model/ports.js';
import { factsOf } from './code.js';

const ARROW_KEYS: ReadonlySet<PropertyKey> = new Set(['length', 'name']);

/**
 * Whether encoding the function again, at any later time, gives the same payload: it travels by reference, or it is an
 * arrow whose text says everything about it. False where that is not certain.
 */
export function isConstantFunction(fn: AnyFunction, references: ReferencePort): boolean {
  if (references.find(fn) !== undefined) return true;
  // Functions and classes have a prototype that may change, and with it what they are.
  for (const key of Reflect.ownKeys(fn)) if (!ARROW_KEYS.has(key)) return false;
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
