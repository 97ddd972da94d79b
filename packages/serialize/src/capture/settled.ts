import type { CodeFacts } from '../analyze/facts.js';
import type { Scope } from '../analyze/scope.js';
import type { FunctionReading } from '../inspector/scopes.js';
import { sourceOfScript } from '../instrument/scripts.js';
import type { AnyFunction } from '../model/ports.js';
import { STANDARD_GLOBALS } from '../references/globals.js';
import { isStated } from './explicit.js';
import { readAll } from './function-capture.js';
import { findInScript } from './source-info.js';
import { findVariable } from './variables.js';

/** Scripts are parsed to see who assigns a variable: a longer one would take longer than what is saved, 60 ms and more. */
const LONGEST_SCRIPT = 500_000;

/**
 * The functions in the variables of a function, where no variable can ever change: `const`, or a `let` that nothing in the
 * script assigns and no direct `eval` could.
 *
 * @returns `undefined` where one may change, or holds an object.
 */
export function settledFunctions(fn: AnyFunction, facts: CodeFacts): readonly AnyFunction[] | undefined {
  // What was stated is an object of the user's, and is read anew each time.
  if (isStated(fn)) return undefined;
  const [reading] = readAll([fn], () => true);
  const scope = reading && scopeOf(reading, facts);
  if (reading === undefined || scope === undefined) return undefined;
  const held: AnyFunction[] = [];
  for (const name of facts.free.keys()) {
    const variable = findVariable(name, reading);
    if (variable === undefined) {
      // A variable that V8 does not show, or a global that is declared later.
      if (!STANDARD_GLOBALS.has(name) || scope.lookup(name) !== undefined || mayGrow(scope)) return undefined;
      continue;
    }
    if (variable.isDead || variable.scope === undefined || isOpen(variable.scope.description)) return undefined;
    if (!isSettled(scope, name)) return undefined;
    const { value } = variable;
    if (typeof value === 'function') held.push(value);
    // Up to Node 20 a variable in its temporal dead zone shows as undefined.
    else if (value !== null && !SETTLED_TYPES.has(typeof value)) return undefined;
  }
  return held;
}

const SETTLED_TYPES: ReadonlySet<string> = new Set(['boolean', 'number', 'bigint', 'string']);

/** Where a function stands in the text of its script. */
function scopeOf({ location }: FunctionReading, { text }: CodeFacts): Scope | undefined {
  if (location === undefined || (sourceOfScript(location.scriptId)?.length ?? Infinity) > LONGEST_SCRIPT) {
    return undefined;
  }
  return findInScript(location, text)?.scope;
}

/** Other scripts assign what stands at the top of a script that is not a module. */
function isOpen(description: string): boolean {
  return description === 'Script' || description === 'Global' || description.startsWith('With');
}

function isSettled(from: Scope, name: string): boolean {
  for (let scope: Scope | undefined = from; scope !== undefined; scope = scope.parent) {
    if (scope.kind === 'with' || scope.hasEval) return false;
    const binding = scope.bindings.get(name);
    // Parameters are assigned by `arguments`, and by a `var` of their name; a `var` has no value at first.
    if (binding !== undefined) return (binding.kind === 'const' || binding.kind === 'let') && !binding.assigned;
  }
  return false;
}

/** Whether code that is not seen may declare a variable around. */
function mayGrow(from: Scope): boolean {
  for (let scope: Scope | undefined = from; scope !== undefined; scope = scope.parent) {
    if (scope.kind === 'with' || scope.hasEval) return true;
  }
  return false;
}
