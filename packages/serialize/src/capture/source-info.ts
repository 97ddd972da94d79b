import type { FoundFunction } from '../analyze/lexical.js';
import { ScriptFacts } from '../analyze/script.js';
import type { FunctionLocation } from '../inspector/scopes.js';
import type { Script } from '../inspector/scripts.js';
import { scriptById, sourceOfScript } from '../instrument/scripts.js';

/** Scripts whose facts are kept: parsing one of 120 KB takes 16 ms. */
const CAPACITY = 128;
const parsed = new Map<string, ScriptFacts | null>();

/** The script in which a function stands. */
export function scriptOf(location: FunctionLocation | undefined): Script | undefined {
  return location === undefined ? undefined : scriptById(location.scriptId);
}

/** Whether the text of a script was analysed already. */
export function isParsed(id: string): boolean {
  return parsed.has(id);
}

/** The analysed text of a whole script; `undefined` where it cannot be had or parsed. */
export function scriptFacts(location: FunctionLocation | undefined): ScriptFacts | undefined {
  if (location === undefined) return undefined;
  const id = location.scriptId;
  let facts = parsed.get(id);
  if (facts === undefined) {
    facts = parseScriptById(id);
    parsed.set(id, facts);
    if (parsed.size > CAPACITY) parsed.delete(parsed.keys().next().value as string);
  }
  return facts ?? undefined;
}

/** The function itself in its script. */
export function findInScript(location: FunctionLocation | undefined, text: string): FoundFunction | undefined {
  const script = scriptOf(location);
  const facts = scriptFacts(location);
  if (location === undefined || script === undefined || facts === undefined) return undefined;
  const line = location.lineNumber - script.startLine;
  return facts.functionAt(line, location.columnNumber - (line === 0 ? script.startColumn : 0), text);
}

function parseScriptById(id: string): ScriptFacts | null {
  const script = scriptById(id);
  const source = sourceOfScript(id);
  if (script === undefined || source === undefined) return null;
  for (const isModule of script.isModule ? [true] : [false, true]) {
    try {
      return new ScriptFacts(source, isModule);
    } catch {
      // Text that acorn does not take, a proposal perhaps: the caller does without.
    }
  }
  return null;
}

/** `file:///a/b.js:3:7`, as people and editors read places. */
export function placeText(location: FunctionLocation | undefined): string | undefined {
  const script = scriptOf(location);
  if (location === undefined || script === undefined) return undefined;
  return `${script.url || 'an unnamed script'}:${location.lineNumber + 1}:${location.columnNumber + 1}`;
}

/** The URL that stack traces show, as a URL where it is a path. */
export function urlOf(script: Script | undefined): string | undefined {
  if (script === undefined || script.url === '') return undefined;
  return script.url;
}
