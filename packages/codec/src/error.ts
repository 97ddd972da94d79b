/**
 * The brand of every error of this project.
 *
 * It is a registered symbol, because two copies of the package, a CommonJS and an ES module build,
 * and several realms (`node:vm`, jest) are normal in one process, and `instanceof` against a class
 * object fails across all of them.
 */
const brand: unique symbol = Symbol.for('mp.error') as never;

/** What an {@link MpError} knows besides its message. */
export interface MpErrorOptions {
  /** Where in the value it happened, as code would reach it: `args[0].config.socket`. */
  readonly path?: string | undefined;
  /** What led to it. */
  readonly cause?: unknown;
}

/**
 * Base of every error that this project throws on purpose.
 *
 * The reason is in {@link MpError.code}, which is stable between releases; the message is for
 * people and may change. `instanceof` holds across realms and across copies of the package.
 */
export class MpError extends Error {
  /** A stable identifier, `MP_…`; every code is listed in `docs/reference/errors.md`. */
  readonly code: string;
  /** Where in the value it happened, as code would reach it, where that is known. */
  readonly path: string | undefined;

  /**
   * @param code - A stable identifier, `MP_…`.
   * @param message - What was attempted, where, what was found, and what to do.
   * @param options - The path inside the value and the cause.
   */
  constructor(code: string, message: string, options: MpErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.path = options.path;
    Object.defineProperty(this, brand, { value: familiesOf(new.target) });
  }

  static {
    // On the prototype and not enumerable, as the engine's own error classes have it.
    defineName(MpError, 'MpError');
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // A subclass without a family name of its own is an ordinary class.
    if (!Object.hasOwn(this.prototype, 'name')) return Function.prototype[Symbol.hasInstance].call(this, value);
    if (typeof value !== 'object' || value === null) return false;
    const families: unknown = (value as { [brand]?: unknown })[brand];
    return Array.isArray(families) && families.includes(this.prototype.name);
  }
}

/**
 * Gives an error class its `name`, which is also what `instanceof` compares across copies.
 *
 * @param errorClass - A class that extends {@link MpError}.
 * @param name - Its name, unique in this project.
 */
export function defineName(errorClass: { readonly prototype: Error }, name: string): void {
  Object.defineProperty(errorClass.prototype, 'name', { value: name, configurable: true, writable: true });
}

function familiesOf(errorClass: { readonly prototype: Error }): readonly string[] {
  const names: string[] = [];
  let prototype: Error | null = errorClass.prototype;
  while (prototype !== null && prototype !== Error.prototype) {
    if (Object.hasOwn(prototype, 'name')) names.push(prototype.name);
    prototype = Object.getPrototypeOf(prototype) as Error | null;
  }
  return names;
}
