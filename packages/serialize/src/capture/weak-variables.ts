import { SERIALIZE_ERROR_CODES, SerializeError } from '@mp/codec';
import type { RawScope } from '../inspector/scopes.js';
import { Inspector } from '../inspector/session.js';
import { isShared, valueIn, type WeakVariable, weakVariablesAround, weakVariablesIn } from '../inspector/weak-state.js';
import { instrumentedReading } from '../instrument/reading.js';
import { textOf } from '../model/function-text.js';
import type { AnyFunction } from '../model/ports.js';
import { STANDARD_GLOBALS } from '../references/globals.js';
import { factsOf } from './code.js';
import { functionName } from './failure.js';

/**
 * The weak collections around a class in which its module may keep state of its instances, by whatever means there are to
 * see them.
 *
 * @throws SerializeError where they cannot be seen, and the class uses something of its module.
 */
export function weakVariablesOf(fn: AnyFunction): readonly WeakVariable[] {
  if (Inspector.isAvailable) return weakVariablesAround(fn);
  const scopes = instrumentedScopes(fn, new Set());
  if (scopes !== undefined) return weakVariablesIn(scopes);
  if (usesNothing(fn)) return [];
  throw new SerializeError(
    SERIALIZE_ERROR_CODES.unsupported,
    `Cannot serialize an instance of ${functionName(fn)}: the other side imports the class, and whether its module keeps state of the ` +
      'instance in a WeakMap or a WeakSet only the inspector would show, which is not available in this process.\n' +
      'Allow it (--allow-inspector beside --permission), name the package in MP_REGISTER_INCLUDE, or let the class ' +
      'say how it travels ([GET_STATE] and [SET_STATE]).',
  );
}

/**
 * What an instrumented function sees, innermost first: it tells the variables that it uses itself, so functions around it that
 * it uses are asked for theirs.
 */
function instrumentedScopes(fn: AnyFunction, asked: Set<AnyFunction>): readonly RawScope[] | undefined {
  asked.add(fn);
  const scopes = instrumentedReading(fn)?.scopes;
  if (scopes === undefined) return undefined;
  const inside = scopes.filter((scope) => scope.place?.isSingle !== true && !isShared(scope));
  const more = inside.flatMap((scope) =>
    Object.keys(scope.object).flatMap((name) => {
      const value = valueIn(scope, name);
      return typeof value === 'function' && !asked.has(value) ? (instrumentedScopes(value, asked) ?? []) : [];
    }),
  );
  return [...inside, ...more.filter((scope) => !isShared(scope)), ...scopes.filter((scope) => !inside.includes(scope))];
}

/** Whether a class uses nothing but itself and what every realm has: then nobody else knows of its instances. */
function usesNothing(fn: AnyFunction): boolean {
  try {
    return [...factsOf(textOf(fn), false).free.keys()].every((name) => STANDARD_GLOBALS.has(name));
  } catch {
    return false;
  }
}
