/**
 * Loaders such as tsx put themselves into `require`: there it makes a CommonJS copy of an ES module that is loaded already,
 * with other functions and classes in it. Then the loader of ES modules is asked itself (`namespaces.ts`).
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
