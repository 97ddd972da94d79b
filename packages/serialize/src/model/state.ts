/**
 * The method by which an object says what of it is to be sent: the counterpart of Python's `__getstate__`.
 *
 * It is called on the sending side. What it returns travels instead of the object's properties, and
 * {@link setState} is called with it on the other side. It is a registered symbol, so a class needs no import of this
 * package: `Symbol.for('mp.getState')`.
 *
 * @example
 * class Session {
 *   #socket = connect();
 *   constructor(public user: string) {}
 *   [Symbol.for('mp.getState')]() { return { user: this.user }; }
 *   [Symbol.for('mp.setState')](state) { Object.assign(this, state); }
 * }
 */
export const GET_STATE: unique symbol = Symbol.for('mp.getState') as never;

/**
 * The method that takes the state back: the counterpart of Python's `__setstate__`.
 *
 * It is called on an object that has its prototype and nothing else: no constructor ran. All values exist by then,
 * and objects inside the state may still wait for their own `setState`. Without the method the state's own
 * properties are assigned.
 */
export const SET_STATE: unique symbol = Symbol.for('mp.setState') as never;

/** The state of an object whose class has {@link GET_STATE}. */
export function getState(object: object): { readonly value: unknown } | undefined {
  const method = findMethod(object, GET_STATE);
  return method === undefined ? undefined : { value: method.call(object) };
}

/** Whether the class of an object has {@link GET_STATE}. */
export function hasState(object: object): boolean {
  return findMethod(object, GET_STATE) !== undefined;
}

/** Gives an object its state back. */
export function setState(object: object, state: unknown): void {
  const method = findMethod(object, SET_STATE);
  if (method !== undefined) method.call(object, state);
  else if (typeof state === 'object' && state !== null) {
    for (const key of Reflect.ownKeys(state)) {
      const value: unknown = Object.getOwnPropertyDescriptor(state, key)?.value;
      Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
    }
  }
}

/** A method on the prototype chain, without running a getter. */
function findMethod(object: object, name: symbol): ((this: object, argument?: unknown) => unknown) | undefined {
  let holder: object | null = Object.getPrototypeOf(object) as object | null;
  while (holder !== null && holder !== Object.prototype) {
    const method: unknown = Object.getOwnPropertyDescriptor(holder, name)?.value;
    if (typeof method === 'function') return method as never;
    holder = Object.getPrototypeOf(holder) as object | null;
  }
  return undefined;
}
