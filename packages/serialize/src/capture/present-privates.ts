import { SERIALIZE_ERROR_CODES, SerializeError } from '@mp/codec';
import type { AnyFunction } from '../model/ports.js';
import { functionName } from './failure.js';
import type { PrivateClass } from './private-classes.js';
import { hasMarks, privateFieldsOf } from './private-members.js';

/** The classes that gave an object private members, and the values of all fields. */
interface PresentPrivates {
  readonly present: readonly PrivateClass[];
  readonly values: readonly unknown[];
}

/** What an object has that no class gave private members to. */
export const NO_PRIVATES: PresentPrivates = { present: [], values: [] };

/** Leaves out what built-in classes keep in private members: it travels as the state of the object, which its kind writes. */
export function withoutBuiltIn(
  { present, values }: PresentPrivates,
  isBuiltIn: (one: PrivateClass) => boolean,
): PresentPrivates {
  const kept: unknown[] = [];
  let at = 0;
  const own = present.filter((one) => {
    const end = at + one.fields.length;
    const isOwn = !isBuiltIn(one);
    if (isOwn) kept.push(...values.slice(at, end));
    at = end;
    return isOwn;
  });
  return { present: own, values: kept };
}

/** Which classes on a chain gave their private members to an instance, and the values of the fields. */
export function presentPrivates(instance: object, declared: readonly PrivateClass[]): PresentPrivates {
  const found = privateFieldsOf(instance, declared);
  const present: PrivateClass[] = [];
  let at = 0;
  for (const one of declared) {
    const { fields } = one;
    const isPresent =
      fields.length > 0 ? fields.every((name, i) => found[at + i]?.name === name) : hasMarks(instance, one, declared);
    if (!isPresent) continue;
    present.push(one);
    at += fields.length;
  }
  if (at === found.length) return { present, values: found.map(({ value }) => value) };
  const list = (names: readonly string[]): string => names.map((name) => `#${name}`).join(', ') || 'none';
  throw new SerializeError(
    SERIALIZE_ERROR_CODES.unsupported,
    `Cannot serialize an instance of ${functionName((declared.at(-1) as PrivateClass).fn)}: its private fields are ${list(found.map(({ name }) => name))}, ` +
      `and its classes declare ${list(declared.flatMap(({ fields }) => fields))}.\nAn instance whose constructor did not finish cannot travel.`,
  );
}

/** Says that instances of a class that is found by name cannot be made on the other side. */
export function foreignPrivates(fn: AnyFunction): SerializeError {
  return new SerializeError(
    SERIALIZE_ERROR_CODES.unsupported,
    `Cannot serialize an instance of ${functionName(fn)}: the class is imported on the other side, extends another, and has private fields, ` +
      'which then only its constructor could give to an object.\n' +
      'Let the class say how it travels ([GET_STATE] and [SET_STATE]), or send it by value (references.byValue).',
  );
}
