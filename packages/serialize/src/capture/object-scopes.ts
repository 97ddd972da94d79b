import type { CodeFacts } from '../analyze/facts.js';
import type { FunctionReading, RawScope } from '../inspector/scopes.js';
import type { TiedVariable } from '../model/origin.js';
import { types } from '../model/platform.js';
import type { AnyFunction } from '../model/ports.js';
import { CaptureFailure } from './failure.js';
import { withObjectShown } from './hidden-context.js';
import { isWith, type Variable } from './variables.js';

/** A `with` statement around a function. */
export interface WithScope {
  readonly object: object;
  /** Indices of the function's variables that are bound inside of the statement: its object never has them. */
  readonly inner: readonly number[];
}

/**
 * The `with` statements around a function, innermost first. Which names their objects have is asked whenever the function
 * uses one (ECMA-262, 9.1.1.2): so the objects travel, and the variables that they hide at the moment do, too.
 */
export function withScopes(
  fn: AnyFunction,
  { scopes }: FunctionReading,
  variables: readonly Variable[],
): readonly WithScope[] {
  return scopes.flatMap((scope, at) => {
    if (!isWith(scope)) return [];
    const inside = new Set(scopes.slice(0, at));
    const inner = variables.flatMap((one, i) => (one.scope !== undefined && inside.has(one.scope) ? [i] : []));
    const object = mayStandForProxy(scope.object) ? withObjectShown(fn, at) : scope.object;
    if (object !== undefined) return [{ object, inner }];
    throw new CaptureFailure(
      'stands in a with statement whose object is a proxy perhaps, and that cannot be seen here',
      'Read the properties from the object itself instead.',
    );
  });
}

/** In place of a proxy V8 shows an empty object that inherits nothing. */
function mayStandForProxy(object: object): boolean {
  return (
    types?.isProxy(object) !== true && Reflect.getPrototypeOf(object) === null && Reflect.ownKeys(object).length === 0
  );
}

/** Whether the object of a `with` statement surely hides a variable at present, so that assigning the name does not assign it. */
export function isSurelyHidden({ scopes }: FunctionReading, { scope, name }: Variable): boolean {
  const inside = scope === undefined ? scopes : scopes.slice(0, scopes.indexOf(scope));
  return inside.some((one) => isWith(one) && Reflect.getOwnPropertyDescriptor(one.object, name) !== undefined);
}

/** Whether the object of a `with` statement inside of a scope may have a name that the scope binds. No trap runs. */
export function isHiddenByWith(scopes: readonly RawScope[], scope: RawScope | undefined, name: string): boolean {
  const inside = scope === undefined ? scopes : scopes.slice(0, scopes.indexOf(scope));
  return inside.some((one) => isWith(one) && mayHave(one.object, name));
}

function mayHave(object: object, name: string): boolean {
  if (mayStandForProxy(object)) return true;
  for (let at: object | null = object; at !== null; at = Reflect.getPrototypeOf(at)) {
    if (types?.isProxy(at) === true || Object.hasOwn(at, name)) return true;
  }
  return false;
}

/** Names that an object around a function may have: what is called by such a name gets the object as its `this`. */
export function calledOnObjects(
  { free }: CodeFacts,
  variables: readonly Variable[],
  withs: readonly WithScope[],
  tied: readonly TiedVariable[],
): readonly string[] {
  const names = new Set(tied.map(({ variable }) => variables[variable]?.name as string));
  if (withs.length > 0) {
    const isInner = (name: string): boolean =>
      withs.every(({ inner }) => inner.some((at) => variables[at]?.name === name));
    // Its name alone makes a call of `eval` a direct one.
    for (const name of free.keys()) if (name !== 'eval' && !isInner(name)) names.add(name);
  }
  return [...names];
}
