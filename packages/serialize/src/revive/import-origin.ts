import { getBuiltin } from './built-in.js';

/** Evaluates a source in sloppy global code; `import()` in it resolves from one folder. */
export type Evaluate = (source: string) => unknown;

interface ModuleBuiltin {
  readonly Module: new (
    filename: string,
  ) => {
    exports: unknown;
    _compile(content: string, filename: string): unknown;
  };
}

/** Folders whose evaluators are kept. */
const CAPACITY = 500;
const known = new Map<string, Evaluate>();

/**
 * What evaluates code with `import()` of a file: V8 resolves `import()` of evaluated code from the script that evaluates
 * it, so that is a small CommonJS module beside the file, which exists in memory alone.
 *
 * `node:vm` would do it, too (`USE_MAIN_CONTEXT_DEFAULT_LOADER`), and on every version from 20 to 26 warns the user
 * that it is experimental.
 *
 * @param url - The file's URL.
 * @returns `undefined` where this host has no such modules, or the file is none.
 */
export function evaluatorBeside(url: string): Evaluate | undefined {
  if (!url.startsWith('file:')) return undefined;
  const folder = url.slice(0, url.lastIndexOf('/') + 1);
  let evaluate = known.get(folder);
  if (evaluate === undefined) {
    evaluate = makeEvaluator(folder);
    if (evaluate === undefined) return undefined;
    if (known.size >= CAPACITY) known.delete(known.keys().next().value as string);
    known.set(folder, evaluate);
  }
  return evaluate;
}

function makeEvaluator(folder: string): Evaluate | undefined {
  const Module = getBuiltin<ModuleBuiltin>('node:module')?.Module;
  const toPath = getBuiltin<{ fileURLToPath(url: string): string }>('node:url')?.fileURLToPath;
  if (Module === undefined || toPath === undefined) return undefined;
  try {
    const filename = toPath(`${folder}mp-revived-code.cjs`);
    const module = new Module(filename);
    module._compile('module.exports = (source) => (0, eval)(source);', filename);
    return module.exports as Evaluate;
  } catch {
    // A file URL of another platform, or a loader that does not let anything pass.
    return undefined;
  }
}
