import type { CodeFacts } from '../analyze/facts.js';
import { pauseIn } from '../inspector/pause.js';
import type { FunctionReading } from '../inspector/scopes.js';
import { sourceOfScript } from '../instrument/scripts.js';
import type { AnyFunction } from '../model/ports.js';
import { CaptureFailure } from './failure.js';
import { entering, mayPause, realmGlobal, refusePause } from './receiver.js';
import { findInScript } from './source-info.js';

/** Names of function expressions in scripts, as far as a look at the text tells: some may be declarations. */
const namesByScript = new Map<string, ReadonlySet<string>>();
const CAPACITY = 256;

/**
 * Reads variables that are the own names of function expressions around a function: `(function retry() { return () => retry; })()`.
 *
 * V8 lists them in no scope. Something else of the same name may be listed, which lies further out.
 *
 * @param names - The free names of the function.
 * @param entrance - Something to enter that sees the same scopes: the function itself, or a method of a class.
 * @returns the names that are such variables, and their values.
 */
export function expressionNames(
  names: Iterable<string>,
  facts: CodeFacts,
  reading: FunctionReading,
  entrance: () => { readonly fn: AnyFunction; readonly facts: CodeFacts } | undefined,
): ReadonlyMap<string, unknown> {
  const { location } = reading;
  if (location === undefined || reading.stated !== undefined || reading.told !== undefined) return NONE;
  const free = [...names];
  if (free.length === 0 && !facts.hasDirectEval) return NONE;
  const possible = namesIn(location.scriptId);
  if (possible.size === 0) return NONE;
  const candidates = facts.hasDirectEval ? possible : free.filter((name) => possible.has(name));
  const scope = [...candidates].length === 0 ? undefined : findInScript(location, facts.text)?.scope;
  if (scope === undefined) return NONE;
  const found = [...candidates].filter((name) => scope.lookup(name)?.binding.kind === 'function-name');
  if (found.length === 0) return NONE;
  return readNames(found, facts, reading, entrance());
}

const NONE: ReadonlyMap<string, unknown> = new Map();

function readNames(
  names: readonly string[],
  facts: CodeFacts,
  reading: FunctionReading,
  entrance: { readonly fn: AnyFunction; readonly facts: CodeFacts } | undefined,
): ReadonlyMap<string, unknown> {
  const what = `uses ${names.join(', ')}, the own name of a function expression around it`;
  if (entrance === undefined || !mayPause(entrance.facts)) refusePause(entrance?.facts ?? facts, what);
  const values = new Map<string, unknown>();
  pauseIn(
    entrance.fn,
    entering(entrance.fn, entrance.facts),
    realmGlobal(reading.scopes),
    (frame) => {
      for (const name of names) {
        const read = frame.evaluate(name);
        if (read.ok) values.set(name, read.value);
      }
    },
    entrance.facts,
  );
  // What direct `eval` alone could reach is gone where nothing else uses it.
  const missing = names.find((name) => !values.has(name) && !facts.hasDirectEval);
  if (missing === undefined) return values;
  throw new CaptureFailure(`${what}, which could not be read`, 'Name the variables: capture(fn, { … }).');
}

function namesIn(scriptId: string): ReadonlySet<string> {
  let names = namesByScript.get(scriptId);
  if (names === undefined) {
    names = expressionNamesIn(sourceOfScript(scriptId) ?? '');
    namesByScript.set(scriptId, names);
    if (namesByScript.size > CAPACITY) namesByScript.delete(namesByScript.keys().next().value as string);
  }
  return names;
}

const NAMED_FUNCTION = /\bfunction\b\s*\*?\s*([\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)\s*\(/gu;

/** What stands before a declaration: the beginning, the end of a statement, or `export`. */
const BEFORE_DECLARATION = /(?:^|[;{}]|\bexport|\bexport\s+default)\s*(?:\basync\s+)?$/;

/** Names that function expressions in a text have, and perhaps some of declarations. */
function expressionNamesIn(source: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { index, 1: name } of source.matchAll(NAMED_FUNCTION)) {
    if (name !== undefined && !names.has(name) && !BEFORE_DECLARATION.test(wordsBefore(source, index))) names.add(name);
  }
  return names;
}

/** What stands before a place, without block comments. */
function wordsBefore(source: string, index: number): string {
  let end = index;
  for (;;) {
    while (end > 0 && /\s/.test(source[end - 1] as string)) end--;
    if (!source.startsWith('*/', end - 2)) break;
    end = source.lastIndexOf('/*', end - 2);
  }
  return `${source.slice(Math.max(0, end - 'export default async'.length - 10), end)} `;
}
