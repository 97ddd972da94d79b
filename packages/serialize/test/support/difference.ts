import { types } from 'node:util';

/**
 * The first difference that a program could tell between two graphs, or `undefined`: kinds, contents, prototypes,
 * attributes, integrity, and which parts are one object. Symbols that are unique are equal when they are used alike.
 */
export function difference(actual: unknown, expected: unknown): string | undefined {
  const pairs: [unknown, unknown, string][] = [[actual, expected, 'value']];
  const forth = new Map<unknown, unknown>();
  const back = new Map<unknown, unknown>();
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [a, b, path] = pair;
    const problem = compare(a, b, path);
    if (problem !== undefined) return `${path}: ${problem}`;
  }
  return undefined;

  function compare(a: unknown, b: unknown, path: string): string | undefined {
    if (!isShared(a) || !isShared(b)) return Object.is(a, b) ? undefined : `${show(a)} is not ${show(b)}`;
    if (forth.has(b) || back.has(a)) return forth.get(b) === a && back.get(a) === b ? undefined : 'identity differs';
    forth.set(b, a);
    back.set(a, b);
    if (typeof a === 'symbol' || typeof b === 'symbol') {
      return typeof a === typeof b && (a as symbol).description === (b as symbol).description ? undefined : 'symbol';
    }
    if (a === b) return undefined;
    if (typeof a === 'function' || typeof b === 'function') return 'a function that is not the same';
    return compareObjects(a as object, b as object, path);
  }

  function isShared(value: unknown): boolean {
    if (typeof value === 'symbol') return Symbol.keyFor(value) === undefined && !wellKnown.has(value);
    return (typeof value === 'object' && value !== null) || typeof value === 'function';
  }

  function compareObjects(a: object, b: object, path: string): string | undefined {
    if (brand(a) !== brand(b)) return `brand ${brand(a)} is not ${brand(b)}`;
    pairs.push([Object.getPrototypeOf(a), Object.getPrototypeOf(b), `${path}.[[Prototype]]`]);
    if (Object.isExtensible(a) !== Object.isExtensible(b)) return 'extensibility differs';
    const content = compareContent(a, b, path);
    if (content !== undefined) return content;
    if (ArrayBuffer.isView(a)) return undefined;
    const keysA = Reflect.ownKeys(a);
    const keysB = Reflect.ownKeys(b);
    if (keysA.length !== keysB.length) return `keys ${keysA.map(String)} are not ${keysB.map(String)}`;
    for (let i = 0; i < keysB.length; i++) {
      pairs.push([keysA[i], keysB[i], `${path}.<key ${i}>`]);
      if (types.isNativeError(b) && keysB[i] === 'stack') {
        if (hasReadableStack(b)) pairs.push([(a as Error).stack, b.stack, `${path}.stack`]);
        continue;
      }
      const x = Object.getOwnPropertyDescriptor(a, keysA[i]!)!;
      const y = Object.getOwnPropertyDescriptor(b, keysB[i]!)!;
      if (x.writable !== y.writable || x.configurable !== y.configurable || x.enumerable !== y.enumerable) {
        return `attributes of ${String(keysB[i])} differ`;
      }
      pairs.push(
        [x.value, y.value, `${path}.${String(keysB[i])}`],
        [x.get, y.get, `${path}.get`],
        [x.set, y.set, `${path}.set`],
      );
    }
    return undefined;
  }

  function compareContent(a: object, b: object, path: string): string | undefined {
    if (types.isMap(a) && types.isMap(b))
      return pushAll([...Map.prototype.entries.call(a)].flat(), [...Map.prototype.entries.call(b)].flat(), path);
    if (types.isSet(a) && types.isSet(b))
      return pushAll([...Set.prototype.values.call(a)], [...Set.prototype.values.call(b)], path);
    if (types.isDate(a)) return Object.is(timeOf(a), timeOf(b as Date)) ? undefined : 'time';
    if (types.isRegExp(a)) return patternOf(a) === patternOf(b as RegExp) ? undefined : 'pattern';
    if (types.isBoxedPrimitive(a)) return compare(unbox(a), unbox(b), `${path}.valueOf()`);
    if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) {
      if (!Buffer.isBuffer(a)) {
        pairs.push([a.buffer, b.buffer, `${path}.buffer`]);
        if (a.byteOffset !== b.byteOffset) return 'byteOffset';
      }
      return sameBytes(
        new Uint8Array(a.buffer, a.byteOffset, a.byteLength),
        new Uint8Array(b.buffer, b.byteOffset, b.byteLength),
      );
    }
    if (types.isArrayBuffer(a) && types.isArrayBuffer(b)) {
      const [x, y] = [a, b] as unknown as { maxByteLength?: number; resizable?: boolean }[];
      if (x!.maxByteLength !== y!.maxByteLength || x!.resizable !== y!.resizable) return 'resizability';
      return sameBytes(new Uint8Array(a), new Uint8Array(b));
    }
    if (a instanceof URL) return a.href === (b as URL).href ? undefined : 'href';
    if (a instanceof URLSearchParams) return String(a) === String(b) ? undefined : 'parameters';
    return undefined;
  }

  function pushAll(a: unknown[], b: unknown[], path: string): string | undefined {
    if (a.length !== b.length) return 'size';
    for (let i = 0; i < a.length; i++) pairs.push([a[i], b[i], `${path}.<entry ${i}>`]);
    return undefined;
  }
}

// The internal slots are read past own properties: a random key may well be `valueOf`, `toString` or `flags`.
const timeOf = (date: Date): number => Date.prototype.getTime.call(date);

function patternOf(pattern: RegExp): string {
  const slots = [
    'source',
    'hasIndices',
    'global',
    'ignoreCase',
    'multiline',
    'dotAll',
    'unicode',
    'unicodeSets',
    'sticky',
  ];
  return slots.map((slot) => Reflect.get(RegExp.prototype, slot, pattern)).join('/');
}

function unbox(boxed: object): unknown {
  if (types.isStringObject(boxed)) return String.prototype.valueOf.call(boxed);
  if (types.isNumberObject(boxed)) return Number.prototype.valueOf.call(boxed);
  if (types.isBooleanObject(boxed)) return Boolean.prototype.valueOf.call(boxed);
  if (types.isBigIntObject(boxed)) return BigInt.prototype.valueOf.call(boxed);
  return Symbol.prototype.valueOf.call(boxed);
}

const wellKnown = new Set(
  Reflect.ownKeys(Symbol).map((key) => (Symbol as unknown as Record<PropertyKey, unknown>)[key]),
);

function brand(value: object): string {
  const names = Reflect.ownKeys(types).filter((name) => String(name).startsWith('is'));
  return (
    names.filter((name) => (types as unknown as Record<PropertyKey, (v: unknown) => boolean>)[name]!(value)).join() +
    Array.isArray(value)
  );
}

function sameBytes(a: Uint8Array, b: Uint8Array): string | undefined {
  return a.length === b.length && a.every((byte, i) => byte === b[i]) ? undefined : 'bytes';
}

function show(value: unknown): string {
  return typeof value === 'object' ? Object.prototype.toString.call(value) : String(value);
}

/** The engine formats the stack when it is asked for, and cannot where the error's name is the error itself. */
function hasReadableStack(error: Error): boolean {
  try {
    void error.stack;
    return true;
  } catch {
    return false;
  }
}
