import { NodeBuffer, types } from '../model/platform.js';

// The position in this list is the prototype's number on the wire. Append only.
const NAMES = [
  'Object',
  'Array',
  'Map',
  'Set',
  'Date',
  'RegExp',
  'Error',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
  'AggregateError',
  'SuppressedError',
  'ArrayBuffer',
  'SharedArrayBuffer',
  'DataView',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float16Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'Number',
  'String',
  'Boolean',
  'BigInt',
  'Symbol',
  'Buffer',
  'URL',
  'URLSearchParams',
  'Headers',
  'Blob',
  'File',
  'DOMException',
  'WeakRef',
  'WeakMap',
  'WeakSet',
  'Promise',
  'Intl.Collator',
  'Intl.DateTimeFormat',
  'Intl.DisplayNames',
  'Intl.ListFormat',
  'Intl.NumberFormat',
  'Intl.PluralRules',
  'Intl.RelativeTimeFormat',
  'Intl.Segmenter',
  'Intl.DurationFormat',
  'Intl.Locale',
  'Temporal.Duration',
  'Temporal.Instant',
  'Temporal.PlainDate',
  'Temporal.PlainDateTime',
  'Temporal.PlainMonthDay',
  'Temporal.PlainTime',
  'Temporal.PlainYearMonth',
  'Temporal.ZonedDateTime',
] as const;

/** `null` has the number 0; the prototypes of plain kinds follow. */
const FIRST = 1;

const numbers = new Map<object | null, number>([[null, 0]]);
const prototypes: (object | undefined)[] = NAMES.map((name, index) => {
  // Some globals are made when they are first read, and reading `Headers` loads an HTTP client: leave those alone.
  const [first = '', second] = name.split('.');
  if (name === 'Buffer') return remember(NodeBuffer, index);
  // From Node 22 on, even its descriptor does.
  if (name === 'Headers') return undefined;
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, first);
  if (descriptor === undefined || !('value' in descriptor)) return undefined;
  return remember(second === undefined ? descriptor.value : memberOf(descriptor.value, second), index);
});

function memberOf(namespace: unknown, name: string): unknown {
  return (namespace as Record<string, unknown> | undefined)?.[name];
}

function remember(cls: unknown, index: number): object | undefined {
  const prototype = typeof cls === 'function' ? (cls.prototype as object) : undefined;
  if (prototype !== undefined) numbers.set(prototype, index + FIRST);
  return prototype;
}

function prototypeAt(index: number): object | undefined {
  const name = NAMES[index];
  if (name === undefined) return undefined;
  prototypes[index] ??= remember(
    name.split('.').reduce<unknown>((holder, part) => memberOf(holder, part), globalThis),
    index,
  );
  return prototypes[index];
}

/** The number of a prototype that may be given to an object without running anybody's code. */
export function builtInNumber(prototype: object | null): number | undefined {
  return numbers.get(prototype);
}

/** The prototype with a number; `undefined` where this host does not have it. */
export function builtInPrototype(number: number): object | null | undefined {
  return number === 0 ? null : prototypeAt(number - FIRST);
}

/**
 * The prototype of this realm that stands for `prototype`: itself, or the one of the same name where `prototype`
 * belongs to another realm (`node:vm`, an iframe).
 *
 * @returns `undefined` where it is not the prototype of a built-in class.
 */
export function localPrototype(prototype: object): object | undefined {
  if (numbers.has(prototype)) return prototype;
  if (types?.isProxy(prototype) === true) return undefined;
  const owner: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof owner !== 'function' || types?.isProxy(owner) === true) return undefined;
  const own = Object.getOwnPropertyDescriptor(owner, 'prototype');
  if (own?.value !== prototype || own.writable !== false) return undefined;
  const name: unknown = Object.getOwnPropertyDescriptor(owner, 'name')?.value;
  const index = NAMES.findIndex((known) => known === name || known.endsWith(`.${String(name)}`));
  if (index < 0) return undefined;
  const local = prototypeAt(index);
  if (local === prototype) return local;
  // What makes a class of another realm built in: its text is not a program's.
  return Function.prototype.toString.call(owner) === `function ${String(name)}() { [native code] }` ? local : undefined;
}
