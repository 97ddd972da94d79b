/** An object that has some of the names that a function uses, as that of a `with` statement has. */
export interface NamedObject {
  readonly object: object;
  /** The key under which it has a name at present; `undefined` where it has not. */
  readonly keyOf: (name: string) => PropertyKey | undefined;
}

/** What stands for objects around a function: the function is made before they are. */
export interface ObjectScope {
  /** The object of a `with` statement that stands for all of them. */
  readonly names: object;
  /** Gives a function that was read by its name the `this` that a call by its name gives it. */
  readonly call: (value: unknown, name: string) => unknown;
  /** Says which objects they are, innermost first. */
  readonly bind: (objects: readonly NamedObject[]) => void;
}

/** Begins the names that reviving adds: no object has them. */
const OWN = '$mp';

/** Makes a scope whose objects are still to come. */
export function objectScope(): ObjectScope {
  let objects: readonly NamedObject[] = [];
  const find = (name: PropertyKey): { readonly object: object; readonly key: PropertyKey } | undefined => {
    // The engine asks for `Symbol.unscopables`, which each object answers for itself.
    if (typeof name !== 'string' || name.startsWith(OWN)) return undefined;
    for (const { object, keyOf } of objects) {
      const key = keyOf(name);
      if (key !== undefined) return { object, key };
    }
    return undefined;
  };
  return {
    names: new Proxy(Object.create(null) as object, {
      has: (_, name) => find(name) !== undefined,
      get: (_, name) => {
        const found = find(name);
        return found && (Reflect.get(found.object, found.key) as unknown);
      },
      set: (_, name, value) => {
        const found = find(name);
        return found !== undefined && Reflect.set(found.object, found.key, value);
      },
      deleteProperty: (_, name) => {
        const found = find(name);
        return found === undefined || Reflect.deleteProperty(found.object, found.key);
      },
    }),
    call(value, name) {
      const found = typeof value === 'function' ? find(name) : undefined;
      if (found === undefined || typeof found.key === 'number') return value;
      return (...args: unknown[]): unknown => Reflect.apply(value as () => unknown, found.object, args);
    },
    bind: (bound) => {
      objects = bound;
    },
  };
}

/** The object of a `with` statement. @param inner - Names that are bound inside of the statement. */
export function withObject(object: object, inner: ReadonlySet<string>): NamedObject {
  return {
    object,
    keyOf: (name) => {
      if (inner.has(name) || !Reflect.has(object, name)) return undefined;
      const hidden: unknown = Reflect.get(object, Symbol.unscopables);
      const isHidden = typeof hidden === 'object' && hidden !== null && Boolean(Reflect.get(hidden, name));
      return isHidden ? undefined : name;
    },
  };
}

/**
 * The arguments object of a sloppy function, whose elements are the function's parameters (ECMA-262, 10.4.4) for as long as
 * it has them.
 */
export function tiedArguments(object: object, elements: ReadonlyMap<string, number>): NamedObject {
  return {
    object,
    keyOf: (name) => {
      const element = elements.get(name);
      return element !== undefined && Object.hasOwn(object, element) ? element : undefined;
    },
  };
}
