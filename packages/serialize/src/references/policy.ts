/** Which modules other processes import by themselves. */
export interface ReferenceOptions {
  /**
   * Modules whose functions and classes always travel by reference: prefixes of URLs, or patterns.
   *
   * @defaultValue []
   */
  readonly byReference?: readonly (string | RegExp)[] | undefined;
  /**
   * Modules whose functions and classes always travel by value, whatever else is said.
   *
   * @defaultValue []
   */
  readonly byValue?: readonly (string | RegExp)[] | undefined;
}

/**
 * The rule by which functions and classes travel, in this order:
 *
 * 1. what {@link ReferenceOptions.byValue} matches goes by value;
 * 2. what {@link ReferenceOptions.byReference} matches goes by reference;
 * 3. the main module goes by value: another process has another main module;
 * 4. every other file, of a package or of the user's own, goes by reference: an export is imported on the other side.
 *
 * Only exports can go by reference. Closures, and functions that a module keeps to itself, go by value. What is built in goes by
 * its name; a function of the program's that was put in the place of something built in is a function of the program's.
 */
export class ReferencePolicy {
  readonly #byReference: readonly (string | RegExp)[];
  readonly #byValue: readonly (string | RegExp)[];
  readonly #main: string | undefined;

  /** @param main - The URL of the main module. */
  constructor(options: ReferenceOptions, main: string | undefined) {
    this.#byReference = options.byReference ?? [];
    this.#byValue = options.byValue ?? [];
    this.#main = main;
  }

  /** Whether exports of the module go by reference. */
  isByReference(url: string): boolean {
    if (matches(this.#byValue, url)) return false;
    if (matches(this.#byReference, url)) return true;
    return url !== this.#main && url.startsWith('file:');
  }
}

function matches(patterns: readonly (string | RegExp)[], url: string): boolean {
  return patterns.some((pattern) => (typeof pattern === 'string' ? url.startsWith(pattern) : pattern.test(url)));
}

/** The URL of the script that this thread was started with. */
export function mainModule(): string | undefined {
  if (typeof process !== 'object' || process.argv[1] === undefined) return undefined;
  const url = process.getBuiltinModule?.('node:url');
  const fs = process.getBuiltinModule?.('node:fs');
  try {
    return url?.pathToFileURL(fs?.realpathSync(process.argv[1]) ?? process.argv[1]).href;
  } catch {
    // `node -e` and the REPL have no file.
    return undefined;
  }
}
