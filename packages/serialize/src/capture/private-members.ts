import { privateMembersOf } from '../inspector/internals.js';
import { Inspector } from '../inspector/session.js';
import { instrumentedPrivates } from '../instrument/reading.js';
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

/** The private static fields of a class. */
export function privateStaticsOf(fn: AnyFunction, names: readonly string[]): readonly PrivateMember[] {
  const values = Inspector.isAvailable ? undefined : instrumentedPrivates(fn, fn, true);
  return values?.map((value, i) => ({ name: names[i] as string, value })) ?? privateMembersOf(fn);
}
