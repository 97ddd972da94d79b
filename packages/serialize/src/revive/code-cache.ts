import type { CodeRecord } from '../model/code.js';
import { compile, environmentOf, type FactoryEnvironment, type Made } from './compile.js';
import { type FunctionShape, functionFactory, type ScopeShape, scopeFactory } from './factory.js';

/** Makes one instance of a function. */
export type FunctionFactory = (environment: FactoryEnvironment) => Made | Generator<Made, void, readonly unknown[]>;

/** Makes one instance of a shared scope. */
export type ScopeFactory = () => readonly [
  set: null | ((values: readonly unknown[]) => void),
  ...factories: readonly (FunctionFactory | ScopeFactory)[],
];

/** Code that was received, ready to be used. */
export interface KnownCode {
  readonly id: string;
  readonly record: CodeRecord;
  readonly environment: FactoryEnvironment;
}

/** Loads a module and reads an export; `*` for the namespace. */
export type ImportExport = (url: string, exported: string) => unknown;

/** Pieces of code, and compiled factories, that are kept for the next time. */
const CAPACITY = 2000;

/** A map that forgets what was longest unused. */
class Recent<V> {
  readonly #entries: Map<string, V> = new Map();

  get(key: string, make: () => V): V {
    let value = this.#entries.get(key);
    if (value === undefined) value = make();
    else if (this.#entries.size < CAPACITY / 2) return value;
    else this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > CAPACITY) this.#entries.delete(this.#entries.keys().next().value as string);
    return value;
  }
}

const codes: Recent<KnownCode> = new Recent();
const functionFactories: Recent<FunctionFactory> = new Recent();
const scopeFactories: Recent<ScopeFactory> = new Recent();

/** The code that a string of a meta describes. */
export function codeOf(id: string, importExport: ImportExport): KnownCode {
  return codes.get(id, () => {
    const record = JSON.parse(id) as CodeRecord;
    const imports = (record.bound ?? []).map(([, url, exported]) => importExport(url, exported));
    return { id, record, environment: environmentOf(record.url, record.meta === true, imports) };
  });
}

/** The factory of a function that shares no scope. */
export function functionFactoryOf(shape: FunctionShape): FunctionFactory {
  const key = keyOfFunction(shape);
  return functionFactories.get(key, () => {
    const { source, textColumn, maps } = functionFactory(shape);
    return compile(source, shape.code, textColumn, maps) as FunctionFactory;
  });
}

/** Equal for shapes of which one factory makes all instances. */
export function keyOfFunction({ id, dead, shared, guests, inObjects }: FunctionShape): string {
  if (dead.length === 0 && shared.size === 0 && guests === undefined && inObjects !== true) return id;
  return JSON.stringify([id, dead, [...shared], guests?.map(keyOfFunction), inObjects]);
}

/** The factory of a scope that functions share. */
export function scopeFactoryOf(key: string, shape: ScopeShape): ScopeFactory {
  return scopeFactories.get(key, () => {
    const { source, textColumn, maps } = scopeFactory(shape);
    return compile(source, firstPlace(shape), textColumn, maps) as ScopeFactory;
  });
}

function firstPlace(shape: ScopeShape): CodeRecord | Record<string, never> {
  for (const { code } of shape.functions) return code;
  for (const scope of shape.scopes) {
    const place = firstPlace(scope);
    if (place.url !== undefined) return place;
  }
  return {};
}
