import { STANDARD_GLOBALS } from './globals.js';
import { eachStep, follow, isObject, type Step } from './path.js';

/** Objects of a realm that no global name leads to through data properties. */
const UNNAMED: Readonly<Record<string, () => unknown>> = {
  '%GeneratorFunction.prototype%': () => Object.getPrototypeOf(function* () {}),
  '%AsyncFunction.prototype%': () => Object.getPrototypeOf(async () => {}),
  '%AsyncGeneratorFunction.prototype%': () => Object.getPrototypeOf(async function* () {}),
  '%ArrayIteratorPrototype%': () => Object.getPrototypeOf([].values()),
  '%MapIteratorPrototype%': () => Object.getPrototypeOf(new Map().values()),
  '%SetIteratorPrototype%': () => Object.getPrototypeOf(new Set().values()),
  '%StringIteratorPrototype%': () => Object.getPrototypeOf(''[Symbol.iterator]()),
  '%RegExpStringIteratorPrototype%': () => Object.getPrototypeOf(''.matchAll(/./g)),
  '%SegmentsPrototype%': () => Object.getPrototypeOf(new Intl.Segmenter().segment('')),
  '%AsyncFromSyncIterator%': () => undefined,
  '%ThrowTypeError%': () =>
    Object.getOwnPropertyDescriptor(
      (function () {
        // biome-ignore lint/complexity/noArguments: its `callee` is the only way to %ThrowTypeError%
        return arguments;
      })(),
      'callee',
    )?.get,
};

/** Objects that belong to this process: they are found by name, and what they hold is not looked into. */
const OPAQUE: ReadonlySet<string> = new Set([
  'process',
  'globalThis',
  'global',
  'window',
  'self',
  'document',
  'location',
]);

/** The objects and functions that every realm has, by the path that leads to them. */
export class Intrinsics {
  readonly #paths: Map<object, readonly Step[]> = new Map();
  readonly #global: object;

  /** @param global - The global object of the realm. Only data properties are read: no getter runs. */
  constructor(global: object) {
    this.#global = global;
    this.#paths.set(global, ['globalThis']);
    const queue: object[] = [];
    const add = (value: unknown, path: readonly Step[]): void => {
      if (!isObject(value) || this.#paths.has(value)) return;
      this.#paths.set(value, path);
      if (path.length > 1 || !OPAQUE.has(path[0] as string)) queue.push(value);
    };
    for (const name of STANDARD_GLOBALS) add(Reflect.getOwnPropertyDescriptor(global, name)?.value, [name]);
    for (const [name, make] of Object.entries(UNNAMED)) add(make(), [name]);
    // The queue grows while it is walked.
    for (const object of queue) {
      const path = this.#paths.get(object) as readonly Step[];
      eachStep(object, (step, value) => add(value, [...path, step]));
    }
    const process: unknown = Reflect.getOwnPropertyDescriptor(global, 'process')?.value;
    if (isObject(process)) eachStep(process, (step, value) => this.#member('process', step, value));
  }

  /** The path that leads to a value in every realm. */
  find(value: object): readonly Step[] | undefined {
    return this.#paths.get(value);
  }

  /** The value at the end of a path; `undefined` where this realm has none. */
  resolve([name, ...steps]: readonly Step[]): unknown {
    if (name === undefined) return undefined;
    let value: unknown =
      name === 'globalThis'
        ? this.#global
        : Object.hasOwn(UNNAMED, name)
          ? UNNAMED[name]?.()
          : STANDARD_GLOBALS.has(name)
            ? Reflect.getOwnPropertyDescriptor(this.#global, name)?.value
            : undefined;
    for (const step of steps) value = follow(value, step);
    return value;
  }

  #member(root: string, step: Step, value: object): void {
    if (typeof value === 'function' && !this.#paths.has(value)) this.#paths.set(value, [root, step]);
    else if (step === 'env' && !this.#paths.has(value)) this.#paths.set(value, [root, step]);
  }
}
