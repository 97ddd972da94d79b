import { types } from 'node:util';

const names = new WeakMap<object, string>();

/**
 * The name of the built-in class whose own prototype this is, in any realm; `''` for any other object.
 */
export function builtInClassName(prototype: object | null): string {
  // A proxy as prototype: any question would run its traps.
  if (prototype === null || types.isProxy(prototype)) return '';
  let name = names.get(prototype);
  if (name === undefined) {
    const classFunction: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
    const own =
      typeof classFunction === 'function' && !types.isProxy(classFunction)
        ? Object.getOwnPropertyDescriptor(classFunction, 'prototype')
        : undefined;
    // A built-in class has this very text in every realm, and a prototype property that cannot be written. A user's class has
    // its own text, and a bound function, which has the same one, has no prototype property that could not be written.
    const isNative =
      typeof classFunction === 'function' &&
      own?.value === prototype &&
      own.writable === false &&
      /^function \w+\(\) \{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(classFunction));
    name = isNative ? String(Object.getOwnPropertyDescriptor(classFunction, 'name')?.value) : '';
    names.set(prototype, name);
  }
  return name;
}

/** The name of the class whose prototype this is, for messages. */
export function className(prototype: object | null): string {
  const classFunction: unknown =
    prototype === null || types.isProxy(prototype)
      ? undefined
      : Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  const name: unknown =
    typeof classFunction === 'function' ? Object.getOwnPropertyDescriptor(classFunction, 'name')?.value : undefined;
  return typeof name === 'string' && name !== '' ? name : 'an anonymous class';
}
