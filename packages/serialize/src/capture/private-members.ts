import { countPrivateMarks, privateMembersOf } from '../inspector/internals.js';
import { Inspector } from '../inspector/session.js';
import { hasInstrumentedMark, instrumentedPrivates } from '../instrument/reading.js';
import { countLooks } from '../model/hidden-class.js';
import type { AnyFunction } from '../model/ports.js';
import type { PrivateClass } from './private-classes.js';

/** A private field and its value. */
export interface PrivateMember {
  readonly name: string;
  readonly value: unknown;
}

/** The private fields of an instance, in the order of their definition: all of them, whoever gave them. */
export function privateFieldsOf(instance: object, classes: readonly PrivateClass[]): readonly PrivateMember[] {
  if (Inspector.isAvailable) return privateMembersOf(instance);
  const members: PrivateMember[] = [];
  for (const { fn, fields } of classes) {
    const values = instrumentedPrivates(fn, instance, false);
    // Says that there is no inspector, and what to do.
    if (values === undefined) return privateMembersOf(instance);
    values.forEach((value, i) => {
      members.push({ name: fields[i] as string, value });
    });
  }
  return members;
}

/** Whether a class that declares private methods or accessors, and no fields, gave them to an instance. */
export function hasMarks(instance: object, { fn, marks }: PrivateClass, classes: readonly PrivateClass[]): boolean {
  const told = hasInstrumentedMark(fn, instance);
  if (told !== undefined) return told;
  // What has members keeps them, and the hidden class holds them: others of it need not be asked.
  const hidden = countLooks(LOOKS_OF_A_QUESTION);
  const before = marked.get(fn)?.deref();
  if (before !== undefined && hidden?.isFast(before) && hidden.same(before, instance)) return true;
  const has = ask(instance, fn, marks, classes);
  if (has) marked.set(fn, new WeakRef(instance));
  return has;
}

/** To ask the inspector once takes as long as to look at so many objects, and more. */
const LOOKS_OF_A_QUESTION = 512;

/** An instance that has the private methods of a class. */
const marked = new WeakMap<AnyFunction, WeakRef<object>>();

function ask(instance: object, fn: AnyFunction, marks: readonly string[], classes: readonly PrivateClass[]): boolean {
  const isAlone = (name: string): boolean =>
    classes.every((other) => other.fn === fn || !(other.fields.includes(name) || other.marks.includes(name)));
  // A name that no other class has is asked for at once.
  const name = marks.find(isAlone) ?? (marks[0] as string);
  const sharing = classes.filter((one) => one.marks.includes(name));
  const count = countPrivateMarks(instance, name, sharing.length);
  // Classes give theirs from the base down. Of more than two of a name V8 says no number: then constructors are taken to have run.
  return count === undefined || sharing.findIndex((one) => one.fn === fn) < count;
}

/** The private static fields of a class. */
export function privateStaticsOf(fn: AnyFunction, names: readonly string[]): readonly PrivateMember[] {
  const values = Inspector.isAvailable ? undefined : instrumentedPrivates(fn, fn, true);
  return values?.map((value, i) => ({ name: names[i] as string, value })) ?? privateMembersOf(fn);
}
