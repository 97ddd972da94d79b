import { readFunctions } from '../inspector/scopes.js';
import { locationOf } from '../instrument/location.js';
import { instrumentedReading } from '../instrument/reading.js';
import type { CodeRecord } from '../model/code.js';
import { revivedFrom } from '../model/origin.js';
import type { AnyFunction } from '../model/ports.js';
import { statedReading } from './explicit.js';
import { factsOfFunction } from './function-facts.js';
import { scriptOf } from './source-info.js';
import { findVariable } from './variables.js';

/** A variable that a function uses and does not bind itself. */
export interface FreeVariable {
  readonly name: string;
  /** Whether it is a variable of a scope around the function; else it is a global, or nothing. */
  readonly isCaptured: boolean;
  /** Its present value, where it is captured. */
  readonly value: unknown;
  /** Whether the function assigns it. */
  readonly isAssigned: boolean;
  /** V8's name of the scope: `Closure (outer)`, `Module`, `Block`. */
  readonly scope: string | undefined;
}

/** Where a function comes from. */
export interface FunctionSource {
  /** The text as it was written. */
  readonly text: string;
  /** The file, where it is known. */
  readonly url: string | undefined;
  /** Line and column of the parameters, from 1, where they are known. */
  readonly line: number | undefined;
  readonly column: number | undefined;
}

/** See `code.ts`. */
export function freeVariables(fn: AnyFunction): readonly FreeVariable[] {
  const facts = factsOfFunction(fn);
  const reading = statedReading(fn) ??
    instrumentedReading(fn) ??
    readFunctions([fn])[0] ?? { location: undefined, scopes: [] };
  return [...facts.free.values()].map(({ name, assigned }) => {
    const variable = findVariable(name, reading);
    return {
      name,
      isCaptured: variable !== undefined,
      value: variable?.value,
      isAssigned: assigned,
      scope: variable?.scope?.description,
    };
  });
}

/** See `code.ts`. */
export function sourceOf(fn: AnyFunction): FunctionSource {
  const from = revivedFrom(fn);
  if (from !== undefined) {
    const { text, original, url, line, column } = JSON.parse(from.codeId) as CodeRecord;
    return {
      text: original ?? text,
      url,
      line: line === undefined ? undefined : line + 1,
      column: column === undefined ? undefined : column + 1,
    };
  }
  const location = locationOf(fn);
  return {
    text: Function.prototype.toString.call(fn),
    url: scriptOf(location)?.url || undefined,
    line: location && location.lineNumber + 1,
    column: location && location.columnNumber + 1,
  };
}
