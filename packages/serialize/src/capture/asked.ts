import { skipTrivia } from '../analyze/class-facts.js';
import type { CodeFacts } from '../analyze/facts.js';
import { lookAtEntry } from '../inspector/entry.js';
import type { FunctionReading } from '../inspector/scopes.js';
import { sourceOfScript } from '../instrument/scripts.js';
import type { AnyFunction } from '../model/ports.js';
import { entering, isAnyWith, mayPause, realmGlobal } from './receiver.js';
import { isParsed, scriptOf } from './source-info.js';
import { findVariable } from './variables.js';

/** What the code around a function says about it. */
export interface AskedFacts {
  readonly strict: boolean;
  /** Variables that the function assigns in vain. */
  readonly constants: ReadonlySet<string>;
}

/**
 * From so many characters on, the engine is asked instead of parsing the script: a bundle of 5 MB takes seconds, and a
 * look into a function a millisecond.
 */
const LARGE_SCRIPT = 300_000;

/** The same for all functions of one place. */
const answers = new WeakMap<CodeFacts, Map<string, AskedFacts>>();

/**
 * What the text of a large script would say about a function, by looking into the function: each variable that it assigns
 * is assigned what it holds.
 *
 * @returns `undefined` where the script is to be read instead.
 */
export function askAround(fn: AnyFunction, facts: CodeFacts, reading: FunctionReading): AskedFacts | undefined {
  const { location, scopes } = reading;
  const script = scriptOf(location);
  if (location === undefined || script === undefined || script.length < LARGE_SCRIPT) return undefined;
  if (isParsed(script.id) || facts.hasDirectEval || facts.assignsOwnName) return undefined;
  const key = `${script.id}:${location.lineNumber}:${location.columnNumber}`;
  const known = answers.get(facts)?.get(key);
  if (known !== undefined) return known;
  if (isAnyWith(scopes) || !mayPause(facts)) return undefined;
  const mode =
    facts.strict || scopes.some(({ description }) => description === 'Module') || modeAround(facts, script.id);
  if (mode === undefined) return undefined;
  const names = [...facts.free.values()].filter(({ assigned }) => assigned).map(({ name }) => name);
  const bound = names.filter((name) => findVariable(name, reading)?.scope !== undefined);
  const found = look(fn, facts, reading, bound, mode);
  if (found === undefined) return undefined;
  const byPlace = answers.get(facts) ?? new Map<string, AskedFacts>();
  answers.set(facts, byPlace.set(key, found));
  return found;
}

/** Whether the code is strict; `undefined` where only reading the script would tell. */
function modeAround(facts: CodeFacts, scriptId: string): boolean | 'by this' | undefined {
  if (facts.kind !== 'arrow') return 'by this';
  const source = sourceOfScript(scriptId);
  if (source === undefined) return undefined;
  const at = skipTrivia(source, 0);
  if (/^(?:'use strict'|"use strict");/.test(source.slice(at, at + 13))) return true;
  // Only a directive and a class make code strict.
  return source.includes('use strict') || /\bclass\b/.test(source) ? undefined : false;
}

function look(
  fn: AnyFunction,
  facts: CodeFacts,
  { scopes }: FunctionReading,
  names: readonly string[],
  mode: boolean | 'by this',
): AskedFacts | undefined {
  let strict = mode === true;
  let isUnknown = false;
  const constants = new Set<string>();
  const hasLooked = lookAtEntry(
    fn,
    entering(fn, facts),
    realmGlobal(scopes),
    { reads: ['this', ...names], assigns: names },
    (frame) => {
      // Called without a `this`, sloppy code has the global object for it (ECMA-262, 10.2.1.2).
      const receiver = frame.evaluate('this');
      if (mode === 'by this') strict = receiver.ok && receiver.value === undefined;
      for (const name of names) {
        const now = frame.evaluate(name);
        if (!now.ok) isUnknown = true;
        else if (!frame.assign(name, now.value)) constants.add(name);
      }
    },
    { stopsBeforeBody: facts.stopsBeforeBody },
  );
  return hasLooked && !isUnknown ? { strict, constants } : undefined;
}
