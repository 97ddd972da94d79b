import type { Kind } from '../model/kind.js';
import { accepts } from './accepts.js';
import { getterOf } from './collections.js';

// Members of the host's classes whose state is little, or settled.

type Encoder = InstanceType<typeof TextEncoder>;
type Decoder = InstanceType<typeof TextDecoder>;
type HostClass = 'TextEncoder' | 'TextDecoder';

/** Whether an object is made by a class of the host's. The global is read only where the object names it. */
function isMadeBy(value: object, name: HostClass): boolean {
  const owner: unknown = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(value) ?? {}, 'constructor')?.value;
  if (typeof owner !== 'function' || Object.getOwnPropertyDescriptor(owner, 'name')?.value !== name) return false;
  return (globalThis as Record<string, unknown>)[name] === owner;
}

/** Whether the object is coded text's: it answers to the getter that both classes have. */
function hasEncoding(prototype: object, value: object): boolean {
  return accepts(getterOf<object, unknown>(prototype, 'encoding'), value);
}

/** The host keeps its own state under symbols. */
function userKeys(value: object): readonly string[] {
  return Object.getOwnPropertyNames(value);
}

export const textEncoderKind: Kind<Encoder> = {
  code: 45,
  name: 'TextEncoder',
  prototype: undefined,
  test: (value) => isMadeBy(value, 'TextEncoder') && hasEncoding(TextEncoder.prototype, value),
  accepts: (value) => hasEncoding(TextEncoder.prototype, value),
  structuralKeys: -1,
  ownKeys: userKeys,
  write: () => {},
  read: (source) => source.define(new TextEncoder()),
};

const FATAL = 1;
const IGNORES_BOM = 2;

export const textDecoderKind: Kind<Decoder> = {
  code: 46,
  name: 'TextDecoder',
  prototype: undefined,
  test: (value) => isMadeBy(value, 'TextDecoder') && hasEncoding(TextDecoder.prototype, value),
  accepts: (value) => hasEncoding(TextDecoder.prototype, value),
  structuralKeys: -1,
  ownKeys: userKeys,
  write(decoder, sink) {
    const { prototype } = TextDecoder;
    const encoding = getterOf<Decoder, string>(prototype, 'encoding')(decoder);
    if (isHalfWay(decoder, encoding)) {
      throw sink.refuse(
        decoder,
        'it is a TextDecoder in the middle of a stream, whose first bytes nobody can read',
        'Make one on the other side.',
      );
    }
    sink.text(encoding);
    sink.uint(
      (getterOf<Decoder, boolean>(prototype, 'fatal')(decoder) ? FATAL : 0) |
        (getterOf<Decoder, boolean>(prototype, 'ignoreBOM')(decoder) ? IGNORES_BOM : 0),
    );
  },
  read(source) {
    const encoding = source.text();
    const flags = source.uint();
    try {
      return source.define(
        new TextDecoder(encoding, { fatal: (flags & FATAL) !== 0, ignoreBOM: (flags & IGNORES_BOM) !== 0 }),
      );
    } catch (error) {
      if (error instanceof RangeError) throw source.damaged('a TextDecoder of an unknown encoding');
      throw error;
    }
  },
};

/**
 * Whether a decoder of UTF-8 was given a part of a stream: Node then makes a converter (up to 22) or keeps the bytes
 * (from 24).
 */
function isHalfWay(decoder: Decoder, encoding: string): boolean {
  if (encoding !== 'utf-8') return false;
  return Object.getOwnPropertySymbols(decoder).some((symbol) => {
    const value: unknown = Object.getOwnPropertyDescriptor(decoder, symbol)?.value;
    return (
      (symbol.description === 'handle' && value !== undefined) || (symbol.description === 'chunk' && value !== null)
    );
  });
}
