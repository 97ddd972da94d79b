import type { FunctionReading, RawScope } from '../inspector/scopes.js';
import { STANDARD_GLOBALS } from '../references/globals.js';

/** A captured variable. */
export interface Variable {
  readonly name: string;
  readonly value: unknown;
  /** It was in its temporal dead zone. */
  readonly isDead: boolean;
  /** Which of the function's scopes binds it; undefined for a property of the global object. */
  readonly scope: RawScope | undefined;
  /** How many scopes lie outside of that one. */
  readonly depth: number;
}

/**
 * What a name in a function means: a variable, or `undefined` for what is the same everywhere or nowhere defined. Where the
 * object of a `with` statement has the name, it is what the name means without that.
 */
export function findVariable(name: string, { scopes }: FunctionReading): Variable | undefined {
  for (let i = 0; i < scopes.length; i++) {
    const scope = scopes[i] as RawScope;
    if (scope.description === 'Global') return globalVariable(name, scope.object);
    if (isWith(scope)) continue;
    if (Object.hasOwn(scope.object, name)) {
      return readVariable(name, scope, depthOf(scopes, i));
    }
  }
  return undefined;
}

/** The number of scopes outside of one, without those that all functions of a realm have. */
export function depthOf(scopes: readonly RawScope[], index: number): number {
  const known = scopes[index]?.place?.depth;
  if (known !== undefined) return known;
  let depth = 0;
  for (let i = index + 1; i < scopes.length; i++) {
    const { description } = scopes[i] as RawScope;
    if (description !== 'Script' && description !== 'Global') depth++;
  }
  return depth;
}

/** Every name that code in the function could read by direct `eval`. */
export function visibleNames({ scopes }: FunctionReading): readonly string[] {
  const names = new Set<string>();
  for (const { description, object } of scopes) {
    if (description === 'Global' || description === 'Script' || description.startsWith('With')) continue;
    for (const name of Object.keys(object)) names.add(name);
  }
  return [...names];
}

/** The value of a variable in a snapshot, and whether it has one. */
export function readSlot(scope: RawScope, name: string): { readonly value: unknown; readonly isDead: boolean } {
  try {
    return { value: scope.object[name], isDead: false };
  } catch {
    // Node 22 and later: "Cannot access 'x' from debugger".
    return { value: undefined, isDead: true };
  }
}

function readVariable(name: string, scope: RawScope, depth: number): Variable {
  return { name, ...readSlot(scope, name), scope, depth };
}

function globalVariable(name: string, global: object): Variable | undefined {
  if (STANDARD_GLOBALS.has(name)) return undefined;
  const descriptor = Reflect.getOwnPropertyDescriptor(global, name);
  // An accessor on the global object is the host's doing.
  if (descriptor === undefined || !('value' in descriptor)) return undefined;
  return { name, value: descriptor.value as unknown, isDead: false, scope: undefined, depth: -1 };
}

/** Whether a scope is the object of a `with` statement. */
export function isWith({ description }: RawScope): boolean {
  return description.startsWith('With');
}
