interface ModuleBuiltin {
  readonly Module: new (id: string) => CompilableModule;
}

interface CompilableModule {
  filename: string;
  exports: { readonly namespace?: object };
  _compile(source: string, filename: string, format: string): void;
}

const known = new Map<string, object>();

/**
 * The namespace object of a module, as `import * as` has it.
 *
 * `require` of an ES module gives another object where there is a default export (it adds `__esModule`), or one that is
 * exported as `"module.exports"`. So a module of one line is compiled that passes the namespace on. The module is
 * loaded, where it is not.
 *
 * @throws what loading it throws; an error where it must be awaited.
 */
export function loadNamespace(url: string): object {
  const present = known.get(url);
  if (present !== undefined) return present;
  const builtin = process.getBuiltinModule?.('node:module') as unknown as ModuleBuiltin | undefined;
  if (builtin === undefined) throw new TypeError(`Cannot load ${url} here`);
  // From within node_modules, `require` of an ES module gives no warning on Node 20 and 22.
  const filename = `/node_modules/@mp/serialize/namespace/${encodeURIComponent(url)}.mjs`;
  const passing = new builtin.Module(filename);
  passing.filename = filename;
  passing._compile(`export * as namespace from ${JSON.stringify(url)};`, filename, 'module');
  const { namespace } = passing.exports;
  if (namespace === undefined) throw new TypeError(`Cannot load ${url} here`);
  known.set(url, namespace);
  return namespace;
}

/** Takes note of a namespace that was imported. */
export function noteNamespace(url: string, namespace: object): void {
  known.set(url, namespace);
}
