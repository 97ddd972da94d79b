import type { AnyFunction } from './ports.js';

/** A variable that is an element of an arguments object, for as long as that has it (ECMA-262, 10.4.4). */
export interface TiedVariable {
  /** Index among the variables of the function. */
  readonly variable: number;
  readonly object: object;
  readonly element: number;
}

/** What a revived function was made from. */
export interface RevivedFrom {
  /** The code, as the string that identifies it. */
  readonly codeId: string;
  /** Which of its variables were in their temporal dead zone, and stay there: Node 20 shows them as undefined. */
  readonly dead?: readonly number[];
  /** The class inside of which it was made, for the private names that it uses. */
  owner?: AnyFunction;
  /** What a class was made with: it is used again when the class is sent again. */
  made?: unknown;
  hook?: unknown;
  /** What an arrow was given as its `this`, and the home object of `super`: no scope lists them. */
  receiver?: { readonly thisValue?: object; readonly home?: object };
  /** The objects of the `with` statements around. */
  withs?: readonly object[];
  /** Variables that are elements of an arguments object: index, object and element. */
  tied?: readonly TiedVariable[];
}

// The `toString` of a revived function may differ from the original's, and its scopes are those of our factory: who
// captures it again goes on from this, and needs no analysis.
const revived = new WeakMap<AnyFunction, RevivedFrom>();

/** Notes from which code a function was revived. */
export function remember(fn: AnyFunction, from: RevivedFrom): void {
  revived.set(fn, from);
}

/** What a revived function was made from; `undefined` for a function that was born here. */
export function revivedFrom(fn: AnyFunction): RevivedFrom | undefined {
  return revived.get(fn);
}
