import type { ClassMember } from '../model/code.js';
import type { AnyFunction } from '../model/ports.js';
import { privateMethodOf, type RevivedClass } from './instances.js';

/** The key that a class member's record names. */
export function memberKey(name: string): PropertyKey {
  return name.startsWith('@@') ? ((Symbol as unknown as Record<string, unknown>)[name.slice(2)] as symbol) : name;
}

/** A method or accessor that the evaluation of a class made. */
export function memberOf(K: RevivedClass, member: ClassMember | undefined): AnyFunction | undefined {
  if (member === undefined) return undefined;
  const [isStatic, kind, key] = member;
  if (key.startsWith('#')) return privateMethodOf(K, key);
  const owner = K.fn as AnyFunction;
  const holder = isStatic === 1 ? owner : (Reflect.getOwnPropertyDescriptor(owner, 'prototype')?.value as object);
  return Reflect.getOwnPropertyDescriptor(holder, memberKey(key))?.[kind] as AnyFunction | undefined;
}
