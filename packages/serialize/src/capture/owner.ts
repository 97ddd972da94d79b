import type { CodeFacts } from '../analyze/facts.js';
import type { FoundFunction } from '../analyze/lexical.js';
import type { ScriptFacts } from '../analyze/script.js';
import type { FunctionLocation } from '../inspector/scopes.js';
import { textOf } from '../model/function-text.js';
import type { AnyFunction } from '../model/ports.js';
import { isObject } from '../references/path.js';
import { factsOf } from './code.js';
import { CaptureFailure } from './failure.js';
import { findInScript, scriptFacts } from './source-info.js';

/**
 * Finds the class whose private names a function uses that is no member of it: an arrow or a function inside of a
 * method or an initialiser.
 *
 * The class's text is known by its place in the script. Which of the classes with that text it is shows its
 * `this`, or that there is one only in the value.
 */
export function ownerOfPrivateNames(
  facts: CodeFacts,
  location: FunctionLocation | undefined,
  thisValue: unknown,
  met: Iterable<AnyFunction>,
): AnyFunction {
  const script = scriptFacts(location);
  const found = findInScript(location, facts.text);
  const text = script && found && classTextAround(script, found, facts.freePrivateNames);
  if (text !== undefined) {
    for (let at: unknown = thisValue; isObject(at); at = Reflect.getPrototypeOf(at)) {
      const owner: unknown = typeof at === 'function' ? at : Reflect.getOwnPropertyDescriptor(at, 'constructor')?.value;
      if (typeof owner === 'function' && textOf(owner as AnyFunction) === text) return owner as AnyFunction;
    }
    const candidates = [...met].filter((fn) => textOf(fn) === text);
    if (candidates.length === 1) return candidates[0] as AnyFunction;
  }
  throw new CaptureFailure(
    `uses the private name #${[...facts.freePrivateNames][0]} of a class that is not part of the value`,
    'Send the class, or an instance, together with the function.',
  );
}

function classTextAround(script: ScriptFacts, found: FoundFunction, names: ReadonlySet<string>): string | undefined {
  for (
    let { scope } = found as { scope: FoundFunction['scope'] | undefined };
    scope !== undefined;
    scope = scope.parent
  ) {
    if (scope.kind !== 'class') continue;
    const owner = script.functionByScope(scope);
    const text = owner && script.textOf(owner);
    const elements = text === undefined ? [] : (factsOf(text, false).classFacts?.elements ?? []);
    const declared = new Set(elements.map(({ key }) => (key.kind === 'private' ? key.name : '')));
    if (text !== undefined && [...names].every((name) => declared.has(name))) return text;
  }
  return undefined;
}
