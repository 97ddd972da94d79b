import type { Step } from './path.js';

/** How long a path to a symbol may be: `exports.Class.field` is 2. */
const DEPTH = 2;

/**
 * Unique symbols that modules export, or keep in a property of what they export: `export const key = Symbol()`, `static key`,
 * `export const keys = { a: Symbol() }`.
 */
export class ModuleSymbols {
  readonly #paths: Map<symbol, readonly Step[]> = new Map();
  /** Modules whose exports were looked through. */
  readonly #walked: Set<string> = new Set();

  /** The path to a symbol in its module. */
  get(symbol: symbol): readonly Step[] | undefined {
    return this.#paths.get(symbol);
  }

  /** Whether a script's exports were looked through. */
  knows(scriptId: string): boolean {
    return this.#walked.has(scriptId);
  }

  /** Looks through what a module exports. No getter runs. */
  add(scriptId: string, url: string, exports: object): void {
    this.#walked.add(scriptId);
    this.#note(exports, [url]);
  }

  #note(object: object, path: readonly Step[]): void {
    for (const key of Object.getOwnPropertyNames(object)) {
      let value: unknown;
      try {
        value = Object.getOwnPropertyDescriptor(object, key)?.value;
      } catch {
        // An export in its temporal dead zone.
        continue;
      }
      if (typeof value === 'symbol') {
        if (!this.#paths.has(value)) this.#paths.set(value, [...path, key]);
      } else if (path.length < DEPTH && mayHoldSymbols(value)) this.#note(value, [...path, key]);
    }
  }
}

/** Whether it is a function, or an object as `{ … }` makes it: others may be large, or be proxies. */
function mayHoldSymbols(value: unknown): value is object {
  if (typeof value === 'function') return !isProxy(value);
  if (typeof value !== 'object' || value === null || isProxy(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

const types = typeof process === 'object' ? process.getBuiltinModule?.('node:util')?.types : undefined;

function isProxy(value: object): boolean {
  return types?.isProxy(value) ?? false;
}
