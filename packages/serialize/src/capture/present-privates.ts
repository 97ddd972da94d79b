import { SERIALIZE_ERROR_CODES, SerializeError } from '@mp/codec';
import { Inspector } from '../inspector/session.js';
import type { AnyFunction } from '../model/ports.js';
import { CaptureFailure, functionName } from './failure.js';
import type { PrivateClass } from './private-classes.js';
import { hasMarks, privateFieldsOf } from './private-members.js';
import { nameCountOf } from './stray-privates.js';

/** The classes that gave an object private members, and the values of all fields. */
interface PresentPrivates {
  readonly present: readonly PrivateClass[];
  readonly values: readonly unknown[];
  /** How many private names the object has from these and from built-in classes. */
  readonly names: number;
}

/** What an object has that no class gave private members to. */
export const NO_PRIVATES: PresentPrivates = { present: [], values: [], names: 0 };

/**
 * Which classes on a chain gave their private members to an instance, and the values of the fields.
 *
 * @param isExcepted - Classes to leave out: what they keep in private members is the state of the object, which its kind or a reducer writes.
 */
export function presentPrivates(
  instance: object,
  declared: readonly PrivateClass[],
  isExcepted: (one: PrivateClass) => boolean,
): PresentPrivates {
  const excepted = new Set(declared.filter(isExcepted));
  // Without the inspector the classes themselves tell, and these do not.
  const telling = Inspector.isAvailable ? declared : declared.filter((one) => !excepted.has(one));
  const found = privateFieldsOf(instance, telling);
  const present: PrivateClass[] = [];
  const values: unknown[] = [];
  let at = 0;
  for (const one of telling) {
    const { fields } = one;
    const end = at + fields.length;
    const isPresent =
      excepted.has(one) ||
      (fields.length > 0 ? fields.every((name, i) => found[at + i]?.name === name) : hasMarks(instance, one, declared));
    if (!isPresent) continue;
    if (!excepted.has(one)) {
      present.push(one);
      values.push(...found.slice(at, end).map(({ value }) => value));
    }
    at = end;
  }
  if (at === found.length) return { present, values, names: nameCountOf([...excepted, ...present]) };
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

/** Says that a function which uses private names cannot be made inside of a class that the other side imports. */
export function guestOfNamed(fn: AnyFunction): CaptureFailure {
  return new CaptureFailure(
    `uses private names of the class ${functionName(fn)}, which is imported on the other side, where only its own text could make such a function`,
    'Make it a method, or send the class by value (references.byValue).',
  );
}
