import type { SerializeOptions } from './options.js';

/** A program uses few different options; who makes new reducers for each call keeps a `Serializer`. */
const MAX_RECENT = 16;

interface Entry<T> {
  readonly options: Record<string, unknown>;
  readonly made: T;
}

/** What was made for the options that were used last, found by what the options say. */
export class RecentOptions<T> {
  readonly #entries: Entry<T>[] = [];

  /** What was made for equal options. */
  find(options: SerializeOptions): T | undefined {
    const entries = this.#entries;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      if (!isSame(options, entry.options)) continue;
      if (i > 0) {
        entries.splice(i, 1);
        entries.unshift(entry);
      }
      return entry.made;
    }
    return undefined;
  }

  /** Notes what was made for options. What was not used for longest is forgotten. */
  add(options: SerializeOptions, made: T): T {
    this.#entries.unshift({ options: copyOf(options) as Record<string, unknown>, made });
    if (this.#entries.length > MAX_RECENT) this.#entries.pop();
    return made;
  }
}

/** A copy of options as they are now; their owner may change them later. Reducers and patterns are told by identity. */
function copyOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.slice();
  if (Array.isArray(value)) return [...value];
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copyOf(part)]));
}

function isSame(given: unknown, known: unknown): boolean {
  if (Object.is(given, known)) return true;
  if (given instanceof Uint8Array && known instanceof Uint8Array) return areSame(given, known);
  if (Array.isArray(given) && Array.isArray(known)) return areSame(given, known);
  if (!isPlain(given) || !isPlain(known)) return false;
  const keys = Object.keys(given);
  return (
    keys.length === Object.keys(known).length &&
    keys.every((key) => Object.hasOwn(known, key) && isSame(given[key], known[key]))
  );
}

function areSame(given: ArrayLike<unknown>, known: ArrayLike<unknown>): boolean {
  if (given.length !== known.length) return false;
  for (let i = 0; i < given.length; i++) if (!Object.is(given[i], known[i])) return false;
  return true;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
