/**
 * A prototype that stands before the present prototype of the real home object, so that `super` in a method that
 * was made elsewhere finds what it would find there, now and after the home object's prototype was changed.
 */
export function forwardingPrototype(home: object): object {
  const parent = (): object | null => Reflect.getPrototypeOf(home);
  return new Proxy(Object.create(null) as object, {
    get: (_target, key, receiver) => {
      const prototype = parent();
      return prototype === null ? undefined : Reflect.get(prototype, key, receiver);
    },
    set: (_target, key, value, receiver) => {
      const prototype = parent();
      if (prototype !== null) return Reflect.set(prototype, key, value, receiver);
      return Reflect.defineProperty(receiver as object, key, {
        value,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    },
    has: (_target, key) => {
      const prototype = parent();
      return prototype !== null && Reflect.has(prototype, key);
    },
  });
}
