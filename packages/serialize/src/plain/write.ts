import { SERIALIZE_ERROR_CODES as CODES, formatPath, type PathStep, SerializeError } from '@mp/codec';
import { types } from '../model/platform.js';
import { ByteWriter } from '../wire/byte-writer.js';

/** MessagePack readers everywhere recurse; what nests deeper than this they would not read. */
const MAX_DEPTH = 500;

const isProxy: (value: unknown) => boolean = types?.isProxy ?? (() => false);

/**
 * Writes plain data as MessagePack that any reader understands: no header, no checksum, no identity.
 *
 * @throws SerializeError for whatever MessagePack has no token for, so that nothing is altered silently.
 */
export function writePlain(value: unknown, root: string): Uint8Array {
  const writer = new PlainWriter(root);
  writer.value(value);
  return writer.out.bytes.slice(0, writer.out.position);
}

class PlainWriter {
  readonly out = new ByteWriter();
  readonly #root: string;
  readonly #path: PathStep[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  value(value: unknown): void {
    switch (typeof value) {
      case 'string':
        if (!this.out.utf8(value)) throw this.#refuse('a string with a lone surrogate');
        return;
      case 'number':
        if (Object.is(value, -0)) this.out.float64(value);
        else this.out.plainNumber(value);
        return;
      case 'boolean':
        this.out.byte(value ? 0xc3 : 0xc2);
        return;
      case 'bigint':
        if (value >= 2n ** 64n || value < -(2n ** 63n)) throw this.#refuse('an integer of more than 64 bits');
        this.out.bigint(value);
        return;
      case 'object':
        if (value === null) this.out.byte(0xc0);
        else this.#object(value);
        return;
      default:
        throw this.#refuse(typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`);
    }
  }

  #object(value: object): void {
    if (isProxy(value)) throw this.#refuse('a proxy');
    if (this.#path.length >= MAX_DEPTH) throw this.#refuse('nesting too deep for other readers, or a cycle');
    const prototype: unknown = Object.getPrototypeOf(value);
    if (Array.isArray(value)) this.#array(value);
    else if (value instanceof Uint8Array) this.out.binary(value);
    else if (prototype === Object.prototype || prototype === null) this.#record(value);
    else throw this.#refuse('an object that is neither plain nor an array');
  }

  #array(array: readonly unknown[]): void {
    if (Reflect.ownKeys(array).length !== array.length + 1) throw this.#refuse('an array with holes or properties');
    this.out.arrayHead(array.length);
    for (let i = 0; i < array.length; i++) this.#child(array, i);
  }

  #record(record: object): void {
    const keys = Reflect.ownKeys(record);
    this.out.mapHead(keys.length);
    for (const key of keys) {
      if (typeof key === 'symbol') throw this.#refuse('a symbol key');
      if (!this.out.utf8(key)) throw this.#refuse('a key with a lone surrogate');
      this.#child(record, key);
    }
  }

  #child(holder: object, key: string | number): void {
    this.#path.push(key);
    const descriptor = Object.getOwnPropertyDescriptor(holder, key)!;
    if (descriptor.get !== undefined || descriptor.set !== undefined) throw this.#refuse('an accessor');
    if (!descriptor.enumerable) throw this.#refuse('a property that is not enumerable');
    this.value(descriptor.value);
    this.#path.pop();
  }

  #refuse(what: string): SerializeError {
    const path = formatPath(this.#root, this.#path);
    return new SerializeError(
      CODES.unsupported,
      `${path} cannot be written as plain MessagePack: it is ${what}.\nLeave \`format\` at its default.`,
      { path },
    );
  }
}
