import type { CodeFacts, FreeName } from '../analyze/facts.js';
import type { Variable } from './variables.js';

const types = typeof process === 'object' ? process.getBuiltinModule?.('node:util')?.types : undefined;

/** Objects that hold some of the exports of a module, by the names of those. */
const parts = new WeakMap<object, Map<string, object>>();

/**
 * What a function needs of the object that a compiler made of an import (`__vi_import_0__`, `helper_1`, `import_helper`):
 * the exports that it names, and not all that the module has, which may be much, or what cannot travel.
 *
 * Only exports that are getters, as those of vite, swc, webpack and esbuild are, can be taken out: they go on to read the
 * variable of the module. A plain property may be given another value by its module at any time.
 *
 * @returns the variable itself where all of it is needed, or where that cannot be told.
 */
export function neededExports(variable: Variable, { text, free, hasDirectEval }: CodeFacts): Variable {
  const { value, isDead } = variable;
  const use = free.get(variable.name);
  if (isDead || hasDirectEval || use === undefined || use.assigned || !isImportObject(value)) return variable;
  const names = namesIn(text, use);
  if (names === undefined || !names.every((name) => isGetter(value, name))) return variable;
  return { ...variable, value: partOf(value, names) };
}

/** The exports object of a compiled module; a namespace of the engine's own is referred to as a whole. */
function isImportObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (types === undefined || types.isProxy(value) || types.isModuleNamespaceObject(value)) return false;
  return (
    Reflect.getOwnPropertyDescriptor(value, '__esModule')?.value === true ||
    Reflect.getOwnPropertyDescriptor(value, Symbol.toStringTag)?.value === 'Module'
  );
}

/**
 * The names in `imported.name`; undefined where the object is used in any other way. In `imported.name()` it is: the
 * function gets it as its `this`.
 */
function namesIn(text: string, { uses }: FreeName): readonly string[] | undefined {
  const names = new Set<string>();
  for (const { start, end } of uses) {
    const before = text.slice(Math.max(0, start - LONGEST), start);
    const after = text.slice(end, end + LONGEST);
    const name = /^\.([\p{ID_Start}$_][\p{ID_Continue}$]*)(?![\p{ID_Continue}$])/u.exec(after)?.[1];
    if (name === undefined || /\bdelete[\s(]*$/.test(before)) return undefined;
    const isCalled = /^\s*(?:[(`]|\?\.\s*\()/.test(after.slice(name.length + 1));
    if (isCalled && !/\bnew\s*$/.test(before)) return undefined;
    names.add(name);
  }
  return [...names].sort();
}

/** Of the text around a name; nothing that a compiler writes is spread over more. */
const LONGEST = 200;

function isGetter(object: object, name: string): boolean {
  const descriptor = Reflect.getOwnPropertyDescriptor(object, name);
  return descriptor?.get !== undefined && descriptor.set === undefined;
}

function partOf(object: object, names: readonly string[]): object {
  const known = parts.get(object) ?? new Map<string, object>();
  parts.set(object, known);
  const key = names.join();
  const found = known.get(key);
  if (found !== undefined) return found;
  const part = Object.create(Reflect.getPrototypeOf(object)) as object;
  for (const name of ['__esModule', Symbol.toStringTag, ...names]) {
    const descriptor = Reflect.getOwnPropertyDescriptor(object, name);
    if (descriptor !== undefined) Object.defineProperty(part, name, descriptor);
  }
  if (!Object.isExtensible(object)) Object.preventExtensions(part);
  known.set(key, part);
  return part;
}
