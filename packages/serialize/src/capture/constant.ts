import { textOf } from '../model/function-text.js';
import { revivedFrom } from '../model/origin.js';
import type { AnyFunction, ReferencePort } from '../model/ports.js';
import { factsOf } from './code.js';
import { settledFunctions } from './settled.js';

const ARROW_KEYS: ReadonlySet<PropertyKey> = new Set(['length', 'name']);

/** How constant functions travel, as far as that was found out: a program asks about the same few again and again. */
export class ConstantFunctions {
  readonly known: WeakMap<AnyFunction, 'reference' | 'text' | 'never'> = new WeakMap();
  /** How many functions with a text that has variables were looked at. */
  readonly texts: Map<string, number> = new Map();
}

/** Of a text that is made into functions again and again so many are looked at: each costs what capturing it does. */
const LOOKS_FOR_A_TEXT = 4;
const TEXTS = 1000;

/**
 * Whether encoding the function again, at any later time, gives the same payload: it travels by reference, or it is an
 * arrow whose text says everything about it, but for variables that nothing assigns and that hold primitive values or
 * what travels by reference. Another function would arrive as another one than in the arguments that travel beside it.
 *
 * False where that is not certain; what is false once because of variables stays so.
 */
export function isConstantFunction(fn: AnyFunction, references: ReferencePort, constants: ConstantFunctions): boolean {
  const { known } = constants;
  const before = known.get(fn);
  if (before === 'reference') return true;
  if (before === 'never') return false;
  if (before === undefined && references.find(fn) !== undefined) {
    // What it refers to stays right, even where this process lets the name mean something else later.
    known.set(fn, 'reference');
    return true;
  }
  // Functions and classes have a prototype that may change, and with it what they are; properties come and go.
  for (const key of Reflect.ownKeys(fn)) if (!ARROW_KEYS.has(key)) return false;
  if (before === 'text') return true;
  const isConstant = isSettled(fn, references, constants);
  known.set(fn, isConstant ? 'text' : 'never');
  return isConstant;
}

/** Whether the text of a function, and variables that cannot change, say everything that its code depends on. */
function isSettled(fn: AnyFunction, references: ReferencePort, { texts }: ConstantFunctions): boolean {
  try {
    const text = textOf(fn);
    const facts = factsOf(text, false);
    const isAlone =
      facts.kind === 'arrow' &&
      facts.outerThis.length === 0 &&
      facts.outerNewTarget.length === 0 &&
      facts.outerSuper.length === 0 &&
      facts.freePrivateNames.size === 0 &&
      facts.importMeta.length === 0 &&
      facts.dynamicImports.length === 0 &&
      !facts.hasDirectEval &&
      !facts.callsOuterSuper;
    if (!isAlone) return false;
    if (facts.free.size === 0) return true;
    if (revivedFrom(fn) !== undefined) return false;
    const looks = (texts.get(text) ?? 0) + 1;
    if (looks > LOOKS_FOR_A_TEXT) return false;
    if (texts.size >= TEXTS) texts.clear();
    texts.set(text, looks);
    return settledFunctions(fn, facts)?.every((held) => references.find(held) !== undefined) ?? false;
  } catch {
    return false;
  }
}
