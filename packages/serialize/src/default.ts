import type { Codec } from '@mp/codec';
import { createCodeEngine } from './code.js';
import { createSerializeCodec } from './codec.js';
import { engine } from './engine.js';
import type { Explanation } from './explanation.js';
import type { SerializeOptions } from './options.js';
import { RecentOptions } from './recent-options.js';
import { BaseSerializer } from './serializer.js';

export type { ClassReduction } from './serializer.js';

/**
 * Values to bytes and back, with options and registrations of its own; functions and classes included.
 *
 * @example
 * const serializer = new Serializer({ key });
 * serializer.register(Money, { reduce: (m) => m.cents, revive: (cents) => new Money(cents) });
 * const bytes = serializer.serialize({ price: new Money(1999) });
 */
export class Serializer extends BaseSerializer {
  /** @param options - How values are written and read. */
  constructor(options: SerializeOptions = {}) {
    super(options, options.references === undefined ? engine : createCodeEngine(options.references));
  }
}

/** The codec for `@mp/codec` and `@mp/runtime`. */
export const serializeCodec: Codec = createSerializeCodec(engine);

const standard = new Serializer();
const remembered = new RecentOptions<Serializer>();

/** One serializer for equal options: they are checked once, also where each call has an object of its own. */
function serializerFor(options: SerializeOptions | undefined): Serializer {
  if (options === undefined) return standard;
  return remembered.find(options) ?? remembered.add(options, new Serializer(options));
}

/**
 * Turns a value into bytes.
 *
 * @returns The bytes. A small message is a part of a larger ArrayBuffer, as small Buffers are: use the `Uint8Array`, not its
 *   `buffer`.
 * @throws SerializeError that names the path, where the value cannot travel.
 * @example
 * const bytes = serialize({ when: new Date(), seen: new Set([1n]) });
 */
export function serialize(value: unknown, options?: SerializeOptions): Uint8Array {
  return serializerFor(options).serialize(value);
}

/** Like {@link serialize}, and reads the bytes of Blobs and Files first. */
export function serializeAsync(value: unknown, options?: SerializeOptions): Promise<Uint8Array> {
  return serializerFor(options).serializeAsync(value);
}

/**
 * Turns bytes into the value.
 *
 * Data is always safe to decode. Bytes that hold code are refused, unless they are signed with `options.key`
 * or `options.trustCode` says that they may run code.
 *
 * @throws SerializeError for anything that is not an undamaged, complete payload that may be trusted with what it holds.
 */
export function deserialize(bytes: Uint8Array, options?: SerializeOptions): unknown {
  return serializerFor(options).deserialize(bytes);
}

/** Like {@link deserialize}, and awaits modules that the payload refers to and that load asynchronously. */
export function deserializeAsync(bytes: Uint8Array, options?: SerializeOptions): Promise<unknown> {
  return serializerFor(options).deserializeAsync(bytes);
}

/** A deep copy, by way of bytes. */
export function clone<T>(value: T, options?: SerializeOptions): T {
  return serializerFor(options).clone(value);
}

/** Whether {@link serialize} would take the value. It costs what serializing costs. */
export function isSerializable(value: unknown, options?: SerializeOptions): boolean {
  return serializerFor(options).isSerializable(value);
}

/**
 * Everything in a value that cannot travel, at once, and where the bytes of the rest go.
 *
 * @example
 * console.log(String(explain(task)));
 */
export function explain(value: unknown, options?: SerializeOptions): Explanation {
  return serializerFor(options).explain(value);
}

/**
 * A hash of a value: equal graphs have equal hashes, on any machine and in any process. The order of an object's keys
 * does not count; that of a Map and a Set does.
 *
 * @returns SHA-256, as 64 hexadecimal digits.
 */
export function fingerprint(value: unknown, options?: SerializeOptions): string {
  return serializerFor(options).fingerprint(value);
}

/** Values as a stream of bytes: what one value brought (shapes, keys, code), the next ones only refer to. */
export function serializeStream(
  values: Iterable<unknown> | AsyncIterable<unknown>,
  options?: SerializeOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  return serializerFor(options).serializeStream(values);
}

/** Values from a stream of bytes, cut anyhow. */
export function deserializeStream(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options?: SerializeOptions,
): AsyncGenerator<unknown, void, undefined> {
  return serializerFor(options).deserializeStream(chunks);
}

/** Writes a value to a file. The file appears under its name when it is complete. */
export function serializeToFile(path: string, value: unknown, options?: SerializeOptions): Promise<void> {
  return serializerFor(options).serializeToFile(path, value);
}

/** Reads a value from a file. */
export function deserializeFromFile(path: string, options?: SerializeOptions): Promise<unknown> {
  return serializerFor(options).deserializeFromFile(path);
}
