import type { FunctionReading } from '../inspector/scopes.js';
import { INTERNAL_NAMES } from '../model/code.js';
import type { AnyFunction, SlotOwner } from '../model/ports.js';
import { functionName } from './failure.js';
import { placeText } from './source-info.js';

/** The slots of one function. */
export interface OwnedSlots {
  readonly slots: readonly unknown[];
  /** The captured variables, which the first slots hold. */
  readonly names?: readonly string[];
}

/** Says of each slot of a batch which function has it, and which variable of it that is. */
export function* slotOwners(
  functions: readonly AnyFunction[],
  parts: readonly OwnedSlots[],
  readings: readonly (FunctionReading | undefined)[],
): Iterable<SlotOwner> {
  for (const [i, { slots, names }] of parts.entries()) {
    const fn = functions[i] as AnyFunction;
    for (let at = 0; at < slots.length; at++) {
      const name = names?.[at];
      if (name === undefined) yield { fn, part: '<inside>', describe: () => undefined };
      else {
        const variable = name === INTERNAL_NAMES.this ? 'this' : name;
        const describe = (): string => `It is ${variable} in ${whatIs(fn)}${placeOf(readings[i])}.`;
        yield { fn, part: `<captured ${variable}>`, describe };
      }
    }
  }
}

function whatIs(fn: AnyFunction): string {
  const name = functionName(fn);
  return name === '' ? 'an anonymous function' : `function ${name}`;
}

function placeOf(reading: FunctionReading | undefined): string {
  const place = placeText(reading?.location);
  return place === undefined ? '' : ` (${place})`;
}
