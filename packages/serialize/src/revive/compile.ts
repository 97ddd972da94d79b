import { INTERNAL_NAMES } from '../model/code.js';
import type { AnyFunction } from '../model/ports.js';
import { getBuiltin } from './built-in.js';
import { evaluatorBeside } from './import-origin.js';
import { type ObjectScope, objectScope } from './object-scope.js';
import { mapComments, type PlacedMap } from './source-map.js';

/** Where a source comes from, for stack traces, breakpoints and coverage. */
export interface SourcePlace {
  readonly url?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** Whether the code has `import()`, which resolves from {@link url}. */
  readonly imports?: boolean | undefined;
}

interface VmModule {
  readonly Script: new (source: string, options: object) => { runInThisContext(): unknown };
  readonly constants?: { readonly USE_MAIN_CONTEXT_DEFAULT_LOADER?: symbol };
  runInThisContext(source: string): unknown;
}

/** Line breaks that are worth a right line number where positions cannot be given otherwise. */
const MAX_PADDING = 20_000;

let foreign: boolean | undefined;

/** Whether this very code runs in a context of `node:vm`, as under jest: its functions belong there. */
function isForeignRealm(vm: VmModule): boolean {
  foreign ??= vm.runInThisContext('globalThis') !== globalThis;
  return foreign;
}

/**
 * Evaluates a source that is one expression, in sloppy global code.
 *
 * Through `node:vm` positions are exact; elsewhere indirect `eval` and a `sourceURL` comment do.
 *
 * @param maps - Parts of source maps, which count where the program runs with source maps.
 * @param textColumn - Where in the first line the text begins that stands at the place.
 */
export function compile(
  source: string,
  place: SourcePlace,
  textColumn: number,
  maps: readonly PlacedMap[] = [],
): unknown {
  // Of evaluated code Node heeds source maps, of scripts it does not. `import()` resolves from scripts alone.
  if (maps.length > 0 && place.url !== undefined && !place.imports && hasSourceMaps()) {
    // biome-ignore lint/complexity/noCommaOperator: only indirect eval runs in global code
    // biome-ignore lint/security/noGlobalEval: see below
    return (0, eval)(source + mapComments(place.url, maps));
  }
  const vm = vmModule();
  if (vm === undefined || isForeignRealm(vm)) {
    const comment = place.url === undefined ? '' : `\n//# sourceURL=${place.url.replace(/\s/g, encodeURIComponent)}`;
    const above = '\n'.repeat(Math.min(place.line ?? 0, MAX_PADDING));
    // biome-ignore lint/complexity/noCommaOperator: only indirect eval runs in global code
    // biome-ignore lint/security/noGlobalEval: reviving code is what this room is for; the payload is trusted by now
    return (0, eval)(above + source + comment);
  }
  const evaluate = place.imports && place.url !== undefined ? evaluatorBeside(place.url) : undefined;
  if (evaluate !== undefined) {
    return evaluate(
      `${shifted(source, place, textColumn)}\n//# sourceURL=${(place.url as string).replace(/\s/g, encodeURIComponent)}`,
    );
  }
  const script = new vm.Script(source, {
    ...(place.url === undefined ? {} : { filename: place.url }),
    lineOffset: place.line ?? 0,
    columnOffset: (place.column ?? 0) - textColumn,
    ...(place.imports ? { importModuleDynamically: vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER } : {}),
  });
  return script.runInThisContext();
}

/** Lets a text stand where it stands in its file; in a file's first line only where there is room before it. */
function shifted(source: string, { line = 0, column = 0 }: SourcePlace, textColumn: number): string {
  if (line === 0) return ' '.repeat(Math.max(0, column - textColumn)) + source;
  // What precedes the text is a bracket or a colon: a line may break there.
  const before = '\n'.repeat(line - 1) + source.slice(0, textColumn);
  return `${before}\n${' '.repeat(column)}${source.slice(textColumn)}`;
}

function hasSourceMaps(): boolean {
  return typeof process === 'object' && (process as { sourceMapsEnabled?: boolean }).sourceMapsEnabled === true;
}

/** What the text of a class asks while an instance is made. */
export interface ClassGuard {
  /** Whether a class is constructed only to install private members. */
  on: boolean;
  /** Defines fields whose keys are variables. */
  readonly define: (instance: object, fields: object) => void;
}

/** What a factory is given. */
export interface FactoryEnvironment {
  /** Stands for the superclass, and for whatever its expression names, while a class is evaluated. */
  readonly stub: AnyFunction;
  /** The parent whose constructor answers with its argument: it binds `this` of arrows. */
  readonly parent: AnyFunction;
  /** Makes an arrow in a function whose `this` fails whenever it is used. */
  readonly unknown: (make: (this: object) => AnyFunction) => readonly [AnyFunction, null];
  /** The key under which a class leaves its hook. */
  readonly hook: symbol;
  /** The key under which a class leaves the factories of its guests. */
  readonly guests: symbol;
  readonly guard: ClassGuard;
  readonly objectScope: () => ObjectScope;
  readonly meta: object | undefined;
  /** The values of variables that are bound to exports of modules. */
  readonly imports: readonly unknown[];
}

/** The parts of a factory's answer. */
export type Made = readonly [
  made: unknown,
  late: null | readonly [bindThis: (value: object) => void, prototype: object],
  set: null | ((values: readonly unknown[]) => void),
  bindObjects?: ObjectScope['bind'],
];

/** Everything in it answers with itself, so that any path of names leads to something that a class may extend. */
const stub: AnyFunction = new Proxy(function stub() {}, {
  get: (_target, key, receiver) => (key === 'prototype' ? {} : key === Symbol.toPrimitive ? undefined : receiver),
});

/** The environment of code that comes from a file. */
export function environmentOf(url: string | undefined, meta: boolean, imports: readonly unknown[]): FactoryEnvironment {
  return {
    stub,
    parent: function parent(value: object) {
      return value;
    },
    unknown,
    hook: HOOK,
    guests: GUESTS,
    guard: GUARD,
    objectScope,
    meta: meta ? importMetaOf(url) : undefined,
    imports,
  };
}

function unknown(make: (this: object) => AnyFunction): readonly [AnyFunction, null] {
  const traps: Record<string, () => never> = {};
  for (const trap of Object.getOwnPropertyNames(Reflect)) {
    traps[trap] = () => {
      throw new ReferenceError('this was not captured: the function reads it through direct eval only');
    };
  }
  return [make.call(new Proxy({}, traps)), null];
}

const HOOK = Symbol(INTERNAL_NAMES.hook);
const GUESTS = Symbol('guests');
const GUARD: ClassGuard = {
  on: false,
  define: (instance, fields) => void Object.defineProperties(instance, Object.getOwnPropertyDescriptors(fields)),
};

interface ImportMetaLike {
  dirname?: string;
  filename?: string;
  resolve: (specifier: string) => string;
  url: string;
}

/** `import.meta` of a module that is not loaded here. */
function importMetaOf(url = ''): object {
  const meta = Object.create(null) as ImportMetaLike;
  const module = getBuiltin<{ createRequire(url: string): NodeRequire }>('node:module');
  if (module !== undefined && url.startsWith('file:')) {
    const { fileURLToPath } = getBuiltin<{ fileURLToPath(url: string): string }>('node:url') as {
      fileURLToPath(url: string): string;
    };
    const { dirname } = getBuiltin<{ dirname(path: string): string }>('node:path') as { dirname(path: string): string };
    meta.dirname = dirname(fileURLToPath(url));
    meta.filename = fileURLToPath(url);
  }
  meta.resolve = (specifier: string): string => resolveFrom(specifier, url);
  meta.url = url;
  return meta;
}

function resolveFrom(specifier: string, url: string): string {
  if (/^\.{0,2}\//.test(specifier)) return new URL(specifier, url).href;
  if (/^[a-z][a-z+.-]*:/i.test(specifier)) return new URL(specifier).href;
  const module = getBuiltin<{ createRequire(url: string): NodeRequire; isBuiltin(id: string): boolean }>('node:module');
  if (module?.isBuiltin(specifier)) return `node:${specifier}`;
  const found = module?.createRequire(url).resolve(specifier);
  if (found === undefined) throw new TypeError(`Cannot resolve ${specifier} from ${url}`);
  const { pathToFileURL } = getBuiltin<{ pathToFileURL(path: string): URL }>('node:url') as {
    pathToFileURL(path: string): URL;
  };
  return pathToFileURL(found).href;
}

function vmModule(): VmModule | undefined {
  return getBuiltin<VmModule>('node:vm');
}
