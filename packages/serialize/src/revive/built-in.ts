/** A built-in module of the host; `undefined` where it has none. */
export function getBuiltin<T>(id: string): T | undefined {
  if (typeof process !== 'object' || typeof process.getBuiltinModule !== 'function') return undefined;
  return process.getBuiltinModule(id) as T | undefined;
}
