import { engineFlags } from './platform.js';

/**
 * Compiles code that calls V8's own functions: `%HaveSameMap(a, b)`.
 *
 * V8 offers them to code that is parsed with `--allow-natives-syntax`. The flag is about parsing alone, so it is set while the
 * code is compiled, and not longer. V8 drops the code of functions that were not used for a while, and parses them anew:
 * such a call then throws a SyntaxError, and they must be compiled once more.
 *
 * @param compile - Compiles functions and calls each once; `undefined` where that fails.
 */
export function withNatives<T>(compile: () => T | undefined): T | undefined {
  // The program may have set the flag itself; then it must stay.
  const plain = compile();
  if (plain !== undefined) return plain;
  const setFlags = engineFlags();
  if (setFlags === undefined) return undefined;
  try {
    setFlags('--allow-natives-syntax');
    return compile();
  } catch {
    return undefined;
  } finally {
    setFlags('--no-allow-natives-syntax');
  }
}
