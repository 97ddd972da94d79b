import { Intrinsics } from './intrinsics.js';
import type { Step } from './path.js';

const isProxy = typeof process === 'object' ? process.getBuiltinModule?.('node:util')?.types.isProxy : undefined;
const toText = Function.prototype.toString;

/** The intrinsics of other realms: contexts of `node:vm`, where jest runs tests, have an `Array` of their own. */
export class Realms {
  readonly #known: WeakMap<object, Intrinsics | null> = new WeakMap();

  /** The path to an intrinsic of another realm. Every realm has the same ones. */
  find(value: object): readonly Step[] | undefined {
    const root = rootOf(value);
    if (root === null || root === Object.prototype) return undefined;
    let realm = this.#known.get(root);
    if (realm === undefined) {
      const global = globalOf(root);
      realm = global === undefined ? null : new Intrinsics(global);
      this.#known.set(root, realm);
    }
    return realm?.find(value);
  }
}

/** The end of a prototype chain: `Object.prototype` of the realm, for nearly everything. */
function rootOf(value: object): object | null {
  let at: object = value;
  for (;;) {
    if (isProxy?.(at)) return null;
    const next = Reflect.getPrototypeOf(at);
    if (next === null) return at === value && typeof value !== 'object' ? null : at;
    at = next;
  }
}

/** The global object of the realm that an `Object.prototype` belongs to. */
function globalOf(root: object): object | undefined {
  const maker = nativeConstructor(root, 'Object');
  const functionPrototype = maker && Reflect.getPrototypeOf(maker);
  const FunctionOfRealm = functionPrototype && nativeConstructor(functionPrototype, 'Function');
  if (FunctionOfRealm === undefined || FunctionOfRealm === null) return undefined;
  try {
    return Reflect.apply(FunctionOfRealm, undefined, ['return globalThis'])() as object;
  } catch {
    // A context that forbids code from strings.
    return undefined;
  }
}

// biome-ignore lint/complexity/noBannedTypes: the constructors of another realm are no more than that
function nativeConstructor(prototype: object, name: string): Function | undefined {
  const value: unknown = Reflect.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return typeof value === 'function' && toText.call(value) === `function ${name}() { [native code] }`
    ? value
    : undefined;
}
