import { types } from './platform.js';

/** From V8 12 on `stack` is an own accessor, the same for all errors. */
const native: PropertyDescriptor =
  Object.getOwnPropertyDescriptor(
    withoutTrace(() => new Error('probe')),
    'stack',
  ) ?? {};

const textOf = Function.prototype.toString;

/** Gives an error its stack, where the engine has an accessor for it. */
export const setNativeStack: ((value: unknown) => void) | undefined = native.set;

/** Whether a getter is the engine's own of `stack`, of this realm or of another. */
export function isNativeStack(get: () => unknown): boolean {
  if (get === native.get) return true;
  if (native.get === undefined || types?.isProxy(get) === true || Object.hasOwn(get, 'prototype')) return false;
  return textOf.call(get) === textOf.call(native.get) && get.name === native.get.name;
}

/**
 * An own property as it travels. What `Error.captureStackTrace` gives to an object that is no error is, from V8 12 on, the engine's
 * accessor, which finds nothing in the copy: its text travels as a value, as older engines have it.
 */
export function travellingDescriptor(object: object, key: PropertyKey): PropertyDescriptor {
  const descriptor = Object.getOwnPropertyDescriptor(object, key) as PropertyDescriptor;
  if (key !== 'stack' || descriptor.get === undefined || !isNativeStack(descriptor.get)) return descriptor;
  const { enumerable, configurable, get } = descriptor as Required<PropertyDescriptor>;
  try {
    const value: unknown = get.call(object);
    return value === undefined ? descriptor : { value, writable: true, enumerable, configurable };
  } catch {
    // The engine's getter calls what the program put in place of its own formatting.
    return descriptor;
  }
}

/**
 * Makes an error without the trace of where it is made: V8 looks for the line of each frame, in files of ours with 12 000 of
 * them. A program may have frozen `Error`; then a trace is made in vain.
 */
export function withoutTrace(make: () => Error): Error {
  const { stackTraceLimit } = Error;
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    return make();
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  }
}
