import { revivedFrom } from '../model/origin.js';
import type { AnyFunction } from '../model/ports.js';
import { factsOf } from './code.js';
import { recordOf } from './revived-code.js';

/** A class that gives private members to its instances. */
export interface PrivateClass {
  readonly fn: AnyFunction;
  readonly fields: readonly string[];
  /** Private methods and accessors, by which an instance is told from an object that only inherits from the class. */
  readonly marks: readonly string[];
  readonly isDerived: boolean;
}

const privateClasses = new WeakMap<AnyFunction, Omit<PrivateClass, 'fn'> | null>();

/** The classes on the chain of a class that declare private members, from the base down: the order of definition. */
export function privateClassesOf(classFunction: AnyFunction): readonly PrivateClass[] {
  const found: PrivateClass[] = [];
  for (
    let at: unknown = classFunction;
    typeof at === 'function' && at !== Function.prototype;
    at = Reflect.getPrototypeOf(at)
  ) {
    const fn = at as AnyFunction;
    let known = privateClasses.get(fn);
    if (known === undefined) {
      known = privateMembersDeclaredBy(fn);
      privateClasses.set(fn, known);
    }
    if (known !== null) found.push({ fn, ...known });
  }
  return found.reverse();
}

function privateMembersDeclaredBy(fn: AnyFunction): Omit<PrivateClass, 'fn'> | null {
  const from = revivedFrom(fn);
  if (from !== undefined) {
    const record = recordOf(from.codeId).class;
    return record?.hasPrivates
      ? { fields: record.fields ?? [], marks: record.marks ?? [], isDerived: record.derived === true }
      : null;
  }
  const text = Function.prototype.toString.call(fn);
  // Most classes have none, and need not be parsed to know it.
  if (!text.startsWith('class') || !text.includes('#')) return null;
  const facts = factsOf(text, false).classFacts;
  const own = facts?.elements.filter(({ key, isStatic }) => key.kind === 'private' && !isStatic) ?? [];
  if (own.length === 0) return null;
  const fields = own.flatMap(({ kind, key }) => (kind === 'field' && key.kind === 'private' ? [key.name] : []));
  const marks = own.flatMap(({ kind, key }) => (kind !== 'field' && key.kind === 'private' ? [key.name] : []));
  return {
    fields,
    marks,
    isDerived: facts?.heritage !== undefined && !facts.extendsNull,
  };
}
