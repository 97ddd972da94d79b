import type { FunctionLocation, FunctionReading, RawScope, ScopeMark } from '../inspector/scopes.js';
import { ANYTHING } from '../model/anything.js';
import type { AnyFunction } from '../model/ports.js';
import { type InstrumentedCode, type InstrumentedFile, instrumentedCode } from './files.js';
import { type Getters, type Registry, registry, type Testimony } from './registry.js';

const types = typeof process === 'object' ? process.getBuiltinModule?.('node:util')?.types : undefined;

/** Begins the ids of instrumented files among those of V8's scripts. */
export const INSTRUMENTED_SCRIPT = 'mp:';

/** Where an instrumented function stands; `undefined` for others. Nothing runs. */
export function instrumentedLocation(fn: AnyFunction): FunctionLocation | undefined {
  const code = instrumentedCode(fn);
  return code && locationOf(code);
}

/** What an instrumented function sees; `undefined` for others, and while its file has not begun to run. */
export function instrumentedReading(fn: AnyFunction): FunctionReading | undefined {
  const from = registry();
  const code = from && instrumentedCode(fn);
  if (from === undefined || code === undefined) return undefined;
  const roots = from.roots.get(code.file.loaded.id);
  const told = ask(from, fn, code);
  if (roots === undefined || told === undefined) return undefined;
  return {
    location: locationOf(code),
    scopes: scopesOf(code, told, rootScope(code.file, roots)),
    told: { self: told.self, tellsThis: code.entry.tellsThis },
  };
}

/** Enters a function, which returns at once. */
function ask(from: Registry, fn: AnyFunction, { entry }: InstrumentedCode): Testimony | undefined {
  if (entry.isClass) return from.classes.get(fn);
  const values = new Array<unknown>(entry.parameterCount).fill(ANYTHING);
  from.told = undefined;
  from.on = true;
  try {
    const answer: unknown = Reflect.apply(fn, undefined, values);
    if (entry.generator) (answer as Iterator<unknown>).next();
    // Where the parameters ended an async function, nobody else hears of it.
    else if (types?.isPromise(answer)) answer.catch(() => {});
    return from.told;
  } catch (error) {
    if (error === from.told) return from.told;
    throw error;
  } finally {
    from.on = false;
    from.told = undefined;
  }
}

/**
 * The values of the private fields that a class gave to an object; `undefined` where the class was not instrumented.
 *
 * @param isStatic - Whether the object is the class itself.
 */
export function instrumentedPrivates(
  fn: AnyFunction,
  object: object,
  isStatic: boolean,
): readonly unknown[] | undefined {
  const told = registry()?.classes.get(fn);
  if (told === undefined) return undefined;
  try {
    return told.privates?.[isStatic ? 1 : 0]?.(object) ?? [];
  } catch {
    // A constructor that did not finish, or an object that has the prototype and was not made by the class.
    return [];
  }
}

/** Whether an object has the private methods of a class; `undefined` where the class cannot be asked. */
export function hasInstrumentedMark(fn: AnyFunction, object: object): boolean | undefined {
  const reader = registry()?.classes.get(fn)?.privates?.[MARK_READER];
  return reader === undefined ? undefined : reader(object)[0] === true;
}

const MARK_READER = 2;

function locationOf({ file, entry }: InstrumentedCode): FunctionLocation {
  const { line, column } = file.placeOf(entry.location);
  return { scriptId: INSTRUMENTED_SCRIPT + file.loaded.id, lineNumber: line, columnNumber: column };
}

function scopesOf({ entry }: InstrumentedCode, told: Testimony, root: RawScope): readonly RawScope[] {
  const marks = new Map<string, ScopeMark>();
  entry.marks.forEach(({ key }, i) => {
    const mark = told.marks[i];
    if (mark !== undefined) marks.set(key, { get: mark[0], set: mark[1] });
  });
  const byScope = new Map<string, { readonly depth: number; readonly scope: RawScope }>();
  entry.names.forEach(([name, { key, depth, description }], i) => {
    let found = byScope.get(key);
    if (found === undefined) {
      const mark = marks.get(key);
      const scope = { description, object: {}, place: { key, depth }, ...(mark === undefined ? {} : { mark }) };
      found = { depth, scope };
      byScope.set(key, found);
    }
    define(found.scope.object, name, told.locals[i] as () => unknown);
  });
  const inside = [...byScope.values()].sort((a, b) => b.depth - a.depth).map(({ scope }) => scope);
  return [...inside, root, { description: 'Global', object: globalThis as unknown as Record<string, unknown> }];
}

const rootScopes = new WeakMap<Getters, RawScope>();

function rootScope({ loaded, rewritten }: InstrumentedFile, getters: Getters): RawScope {
  let scope = rootScopes.get(getters);
  if (scope === undefined) {
    const object = Object.create(null) as Record<string, unknown>;
    rewritten.rootNames.forEach((name, i) => {
      define(object, name, getters[i] as () => unknown);
    });
    scope = {
      description: loaded.isModule ? 'Module' : 'Closure',
      object,
      place: { key: loaded.id, depth: 0, isSingle: true },
    };
    rootScopes.set(getters, scope);
  }
  return scope;
}

/** A variable is read when it is asked for, and throws where it is in its temporal dead zone. */
function define(object: object, name: string, get: () => unknown): void {
  Object.defineProperty(object, name, { get, enumerable: true });
}
