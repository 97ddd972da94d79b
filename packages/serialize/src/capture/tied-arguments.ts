import { type BatchMeta, INTERNAL_NAMES } from '../model/code.js';
import { textOf } from '../model/function-text.js';
import type { TiedVariable } from '../model/origin.js';
import type { AnyFunction } from '../model/ports.js';
import { isObject } from '../references/path.js';
import { factsOf } from './code.js';
import { readSlot, type Variable } from './variables.js';

/**
 * Which variables of a function are elements of an arguments object: parameters of a sloppy function around it, which assigning
 * the elements assigns, and the other way round (ECMA-262, 10.4.4).
 */
export function tiedVariables(variables: readonly Variable[]): readonly TiedVariable[] {
  const tied: TiedVariable[] = [];
  variables.forEach(({ name, value, scope, isDead }, variable) => {
    if (isDead || scope === undefined || name === 'arguments' || !Object.hasOwn(scope.object, 'arguments')) return;
    const { value: object } = readSlot(scope, 'arguments');
    const element = isObject(object) ? parametersOf(object).lastIndexOf(name) : -1;
    if (element === -1) return;
    const own = Reflect.getOwnPropertyDescriptor(object as object, element);
    if (own?.writable === true && Object.is(own.value, value))
      tied.push({ variable, object: object as object, element });
  });
  return tied;
}

/** The parameters that may be tied to an arguments object; none where it is not one of a sloppy function. */
function parametersOf(object: object): readonly string[] {
  // In strict code it is an accessor.
  const callee: unknown = Reflect.getOwnPropertyDescriptor(object, 'callee')?.value;
  if (typeof callee !== 'function' || Object.prototype.toString.call(object) !== '[object Arguments]') return [];
  return factsOf(textOf(callee as AnyFunction), false).simpleParameters ?? [];
}

/** What a variable is now that is an element of an arguments object. @param last - What it was when it was none any more. */
export function elementValue({ object, element }: TiedVariable, last: unknown): unknown {
  const own = Reflect.getOwnPropertyDescriptor(object, element);
  return own === undefined ? last : (own.value as unknown);
}

/** Tells of tied variables once something in the value leads to their arguments objects. */
export class TiedArguments {
  readonly #waiting: Map<object, Map<number, (readonly [variable: number, element: number])[]>> = new Map();
  readonly #met: Set<object> = new Set();
  #isAny = false;

  /** Takes note of a function. */
  add(fn: number, tied: readonly TiedVariable[], variables: readonly Variable[]): void {
    for (const { object, variable, element } of tied) {
      this.#isAny = true;
      const functions = this.#waiting.get(object) ?? new Map<number, (readonly [number, number])[]>();
      this.#waiting.set(object, functions);
      functions.set(fn, [...(functions.get(fn) ?? []), [variable, element]]);
    }
    for (const { name, value } of variables) {
      if ((name === 'arguments' || name === INTERNAL_NAMES.arguments) && isObject(value)) this.#met.add(value);
    }
  }

  /** What is new since the last time, and the arguments objects, one for each statement. */
  settle(): { readonly meta: Pick<BatchMeta, 'tied'>; readonly slots: readonly object[] } {
    const tied: (readonly [number, ...(readonly [number, number])[]])[] = [];
    const slots: object[] = [];
    if (!this.#isAny) return NOTHING;
    for (const [object, functions] of this.#waiting) {
      if (!this.#met.has(object)) continue;
      for (const [fn, pairs] of functions) {
        tied.push([fn, ...pairs]);
        slots.push(object);
      }
      this.#waiting.delete(object);
    }
    return tied.length === 0 ? NOTHING : { meta: { tied }, slots };
  }
}

const NOTHING = { meta: {}, slots: [] } as const;
