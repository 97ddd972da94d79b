import type { ClassFacts } from '../analyze/class-facts.js';
import type { CodeFacts } from '../analyze/facts.js';
import { constructBare } from '../inspector/entry.js';
import { Inspector } from '../inspector/session.js';
import { ANYTHING } from '../model/anything.js';
import type { AnyFunction } from '../model/ports.js';
import { CaptureFailure } from './failure.js';

/**
 * The keys of instance fields whose key is an expression, by element.
 *
 * The engine keeps them where nobody looks, but an instance shows them: one is made, where that runs nothing but
 * initialisers that only make a value (a literal, a function, `new Map()`). A constructor is stopped at its entry, and
 * in place of the superclass stands one of ours.
 */
export function computedFieldKeys(fn: AnyFunction, code: CodeFacts): ReadonlyMap<number, PropertyKey> {
  const facts = code.classFacts as ClassFacts;
  const fields = facts.elements.flatMap((element, i) =>
    element.kind === 'field' && !element.isStatic ? [{ ...element, i }] : [],
  );
  const computed = fields.filter(({ key }) => key.kind === 'computed');
  if (computed.length === 0) return NONE;
  if (fields.some(({ isPure }) => !isPure)) refuse('and making an instance to see it would run an initialiser');
  if (code.runsBeforeBody || code.stopsBeforeBody) refuse('and making an instance to see it would run parameters');
  const instance = bareInstance(fn, facts, code.parameterCount);
  const named = new Set(fields.map(({ key }) => (key.kind === 'name' ? key.name : undefined)));
  const keys = Reflect.ownKeys(instance).filter((key) => typeof key === 'symbol' || !named.has(key));
  const strings = keys.filter((key) => typeof key === 'string');
  // Integers come before other strings, and strings before symbols, whatever the order of definition.
  const isOrdered =
    keys.length === 1 || strings.length === 0 || (strings.length === keys.length && !strings.some(isInteger));
  if (keys.length !== computed.length || !isOrdered)
    refuse('and which of the keys of an instance it is cannot be told');
  return new Map(computed.map(({ i }, at) => [i, keys[at] as PropertyKey]));
}

const NONE: ReadonlyMap<number, PropertyKey> = new Map();

function isInteger(key: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(key);
}

/** An instance with its fields, of which no constructor ran. */
function bareInstance(fn: AnyFunction, facts: ClassFacts, parameterCount: number): object {
  const hasConstructor = facts.elements.some(({ kind }) => kind === 'constructor');
  if (facts.heritage === undefined) {
    if (!hasConstructor) return Reflect.construct(fn, []) as object;
    const mayStop = Inspector.isAvailable && !Inspector.get().isDebuggerAttached;
    const made = mayStop ? constructBare(fn, new Array<unknown>(parameterCount).fill(ANYTHING)) : undefined;
    return made ?? refuse('and only the inspector, with no debugger attached, would stop its constructor');
  }
  const parent = Reflect.getPrototypeOf(fn);
  if (hasConstructor || !Object.isExtensible(fn)) refuse('and making an instance to see it would run the constructor');
  Object.setPrototypeOf(fn, function standIn() {});
  try {
    return Reflect.construct(fn, []) as object;
  } finally {
    Object.setPrototypeOf(fn, parent);
  }
}

function refuse(why: string): never {
  throw new CaptureFailure(`has a field whose key is computed, ${why}`, 'Assign the field in the constructor.');
}
