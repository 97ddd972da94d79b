/**
 * Loaders such as tsx put themselves into `require`: there it makes a CommonJS copy of an ES module that is loaded already,
 * with other functions and classes in it. Then the loader of ES modules is asked itself.
 */

interface CommonJsModule {
  filename: string;
  exports: unknown;
  _compile(content: string, filename: string, format: string): void;
}

interface ModuleBuiltin {
  readonly Module: (new (
    id: string,
  ) => CommonJsModule) & {
    readonly _extensions: Readonly<Record<string, (...args: never[]) => unknown>>;
  };
}

/** What stands in Node's own function for `.js`, in all versions from 20.19 to 26, and in nobody else's. */
const OWN_TEXT = /getMaybeCachedSource|packageJsonReader\.|loadSource\(/;

let replaced: boolean | undefined;

/** Whether `require` of an ES module makes a copy of it here. */
export function isRequireReplaced(): boolean {
  const load = builtin<ModuleBuiltin>('node:module')?.Module._extensions['.js'];
  replaced ??= load !== undefined && !OWN_TEXT.test(Function.prototype.toString.call(load));
  return replaced;
}

/**
 * The exports of an ES module that is loaded, by the way that Node's own `require` takes: compiling a module of that
 * format asks the loader of ES modules for the file, which has it.
 *
 * @throws whatever the loader throws, for a module that is being evaluated or waits with a top-level await.
 */
export function exportsOfLoaded(path: string): unknown {
  const { Module } = builtin<ModuleBuiltin>('node:module') as ModuleBuiltin;
  const source = (builtin<typeof import('node:fs')>('node:fs') as typeof import('node:fs')).readFileSync(path, 'utf8');
  const module = new Module(path);
  module.filename = path;
  module._compile(source, path, 'module');
  return module.exports;
}

const found = new Map<string, unknown>();

/** Notes the exports of a module, for {@link foundModule}. */
export function noteModule(url: string, exports: unknown): void {
  found.set(url, exports);
}

/** The exports of a module that was imported, or found loaded, before. */
export function foundModule(url: string): unknown {
  return found.get(url);
}

function builtin<T>(id: string): T | undefined {
  return process.getBuiltinModule(id) as T | undefined;
}
