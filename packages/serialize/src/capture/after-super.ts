import { skipTrivia } from '../analyze/class-facts.js';
import type { PlaceInConstructor } from '../inspector/construct.js';
import { textOf } from '../model/function-text.js';
import type { AnyFunction } from '../model/ports.js';
import { factsOf } from './code.js';

/** `super(…)` with names and plain literals: to evaluate those does nothing. */
const ARGUMENT = String.raw`(?:\.\.\.)?(?:[\w$]+|'[^'\\\n]*'|"[^"\\\n]*")`;
const CALL = new RegExp(String.raw`super\s*\(\s*(?:${ARGUMENT}\s*(?:,\s*${ARGUMENT}\s*)*,?\s*)?\)[ \t]*;?`, 'y');

/**
 * Where the constructor of a derived class has called that of its superclass, when it has done nothing before.
 *
 * @returns `'end'` where it has no constructor of its own, and `undefined` where it may do something before.
 */
export function placeAfterSuper(K: AnyFunction): PlaceInConstructor | 'end' | undefined {
  const facts = factsOf(textOf(K), false);
  const own = facts.classFacts?.elements.find(({ kind }) => kind === 'constructor');
  if (own === undefined) return 'end';
  if (facts.runsBeforeBody || facts.stopsBeforeBody) return undefined;
  CALL.lastIndex = skipTrivia(facts.text, own.bodyStart);
  if (!CALL.test(facts.text)) return undefined;
  const lines = facts.text.slice(facts.locationOffset, CALL.lastIndex).split(/\r\n|[\n\r\u2028\u2029]/);
  return { line: lines.length - 1, column: (lines.at(-1) as string).length };
}
