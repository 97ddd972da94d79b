import type { FunctionDescription } from '../model/description.js';
import type { AnyFunction, Meta } from '../model/ports.js';
import { isObject } from '../references/path.js';
import type { References } from '../references/port.js';
import { functionName } from './failure.js';
import { type FreeVariable, freeVariables, sourceOf } from './reports.js';

/** What a function is and captures. Tells what can be told: a function that cannot travel is described too. */
export function describeFunction(fn: AnyFunction, references: References): FunctionDescription {
  const { text, url, line, column } = sourceOf(fn);
  const reference = references.find(fn);
  return {
    name: functionName(fn),
    reference: reference && pathText(reference.meta),
    place: url === undefined ? undefined : `${url}:${line ?? 1}:${column ?? 1}`,
    length: text.length,
    variables: reference === undefined ? variablesOf(fn, references) : [],
  };
}

function variablesOf(fn: AnyFunction, references: References): FunctionDescription['variables'] {
  return freeOf(fn)
    .filter(({ isCaptured }) => isCaptured)
    .map(({ name, value, isAssigned, scope }) => ({
      name,
      value,
      isAssigned,
      scope,
      isReference: isObject(value) && references.find(value) !== undefined,
    }));
}

function freeOf(fn: AnyFunction): readonly FreeVariable[] {
  try {
    return freeVariables(fn);
  } catch {
    // Native code, or no inspector: what is wrong with it is told among the problems.
    return [];
  }
}

function pathText(meta: Meta): string {
  const [, ...steps] = meta as readonly string[];
  return steps.join(' \u203a ');
}
