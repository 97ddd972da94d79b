import type { Reducer } from '@mp/codec';
import { PROCESS_ERROR_CODES, ProcessError } from '../protocol/errors.js';

/** Where a function is found by whoever can load its module. */
interface ExportReference {
  /** An absolute `file:` URL, or a bare specifier. */
  readonly module: string;
  readonly name: string;
}

type AnyFunction = (...args: never[]) => unknown;

const references = new WeakMap<object, ExportReference>();
const loads = new WeakMap<object, () => Promise<void> | undefined>();

/**
 * A function that another module exports, named rather than imported: it travels by reference over every codec, also
 * one that carries no functions.
 *
 * It can be called here too. The module is loaded by the first call (or by the worker before its first task), so
 * that call answers with a promise.
 *
 * @param module - The module's URL, or a bare specifier.
 * @param name - The name of the export.
 * @example
 * const parse = functionOf<typeof import('./tasks.js').parse>(new URL('./tasks.js', import.meta.url), 'parse');
 * await pool.map(parse, files);
 */
export function functionOf<F extends AnyFunction = (...args: unknown[]) => unknown>(
  module: string | URL,
  name: string,
): F {
  const reference: ExportReference = { module: String(module), name };
  let found: AnyFunction | undefined;
  let loading: Promise<void> | undefined;
  const load = (): Promise<void> | undefined => {
    if (found !== undefined) return undefined;
    loading ??= loadExport(reference).then((loaded) => {
      found = loaded;
    });
    return loading;
  };
  const stand = function (this: unknown, ...args: never[]): unknown {
    const waiting = load();
    if (waiting === undefined) return (found as AnyFunction).apply(this, args);
    return waiting.then(() => (found as AnyFunction).apply(this, args));
  };
  Object.defineProperty(stand, 'name', { value: name, configurable: true });
  references.set(stand, reference);
  loads.set(stand, load);
  return stand as unknown as F;
}

/**
 * Imports a module so that the functions it exports travel by reference over every codec.
 *
 * @param module - The module's URL, or a bare specifier.
 * @returns The module's namespace.
 * @example
 * const tasks = await importShared<typeof import('./tasks.js')>(new URL('./tasks.js', import.meta.url));
 * await pool.map(tasks.parse, files);
 */
export async function importShared<M extends object = Record<string, unknown>>(module: string | URL): Promise<M> {
  const namespace = (await import(String(module))) as Record<string, unknown>;
  for (const [name, value] of Object.entries(namespace))
    if (typeof value === 'function') references.set(value, { module: String(module), name });
  return namespace as M;
}

/** What must be awaited before the first call of `fn`, so that it answers as the function itself does. */
export function prepareCall(fn: unknown): Promise<void> | undefined {
  return typeof fn === 'function' ? loads.get(fn)?.() : undefined;
}

/** Lets functions that are known by their module travel by reference. */
export const exportReducer: Reducer<AnyFunction & object, ExportReference> = {
  tag: 'mp.export',
  test: (value): value is AnyFunction => references.has(value),
  reduce: (fn) => references.get(fn) as ExportReference,
  revive: ({ module, name }) => functionOf(module, name),
};

async function loadExport({ module, name }: ExportReference): Promise<AnyFunction> {
  const namespace = (await import(module)) as Record<string, unknown>;
  const found = namespace[name];
  if (typeof found === 'function') return found as AnyFunction;
  throw new ProcessError(
    PROCESS_ERROR_CODES.export,
    `${module} does not export a function ${JSON.stringify(name)}, but ${Object.keys(namespace).join(', ') || 'nothing'}.`,
  );
}
